"""Where claims meet messages and files: what a guardian is told of hers, what the insurer is shown of her pictures."""

from functions.edge import files, telling, wiring
from shared.dynamo import transaction
from shared.insurance.claim_model import Claim, ClaimTold
from shared.insurance.client import ClaimPicture
from shared.materials import limits
from shared.materials import queries as materials
from shared.messages import store as messages

__all__ = ["ClaimTold", "pictures_of", "told"]


def told(claim: Claim) -> list[transaction.Part]:
    """The part that tells its guardian that a claim has moved; of health it says nothing."""
    return [messages.posted(telling.claim_moved(claim, now=wiring.now()))]


def pictures_of(claim: Claim) -> list[ClaimPicture]:
    """The pictures of a claim for the insurer: by their hashes, at addresses that are good for a short time."""
    found = [materials.get_of_person(claim.guardian_id, one) for one in claim.pictures]
    seconds = limits.in_force().download_link_seconds
    return [
        ClaimPicture(
            sha256=file.sha256,
            address=files.address(
                files.MATERIALS,
                file.kept_key,
                name=file.name,
                content_type=file.content_type,
                life_seconds=seconds,
            ),
        )
        for file in found
    ]
