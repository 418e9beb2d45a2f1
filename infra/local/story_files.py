"""Two schools hand in files: a licence, a picture that is at both, a paper that the scanner finds something in."""

from collections.abc import Iterator
from datetime import datetime

from infra.local import papers
from infra.local.district import DistrictData
from infra.local.handing_in import JPEG, PDF, hand_in
from infra.local.papers import Holder
from infra.local.stage import Cast, Step, admin_openid
from shared.kernel.clock import SHANGHAI


class FileStory:
    """One step: the schools hand in, the platform checks, a reviewer opens one and says what for."""

    def __init__(self, cast: Cast, data: DistrictData) -> None:
        self._cast = cast
        self._school = data.schools[0].institution

    def steps(self) -> Iterator[Step]:
        """On the day after the schools have their staff."""
        yield Step(datetime(2026, 8, 18, 11, tzinfo=SHANGHAI), "files-handed-in", self._hand_in)

    def _hand_in(self) -> None:
        first, second = (self._cast.school_user(admin_openid(number)) for number in (1, 2))
        holder = Holder.of(self._school)
        paper, photo = papers.paper("school_licence", holder, "正本").content, papers.photo("舞蹈教室")
        licence = hand_in(first, name="办学许可证.pdf", content=paper, content_type=PDF, key="file-0001")
        hand_in(first, name="舞蹈教室.jpg", content=photo, content_type=JPEG, key="file-0002")
        malicious = papers.malicious(papers.paper("fire_inspection", holder, "2026年").content)
        hand_in(first, name="消防合格证.pdf", content=malicious, content_type=PDF, key="file-0003")
        hand_in(second, name="教学环境.jpg", content=photo, content_type=JPEG, key="file-0004")
        self._cast.district.incoming.look()
        self._cast.district.settle()
        page = f"/console/files/{licence}"
        reviewer = self._cast.officer("reviewer")
        reviewer.send_to(page, f"{page}/reading", purpose="review", words="核对办学许可证与登记信息")
        reviewer.fetch(f"{page}/content")
