"""Prints the merchant's key of WeChat Pay as the secret has it: `python -m infra.merchant_key apiclient_key.pem`."""

import sys
from pathlib import Path

from shared.payments import merchant_key

if __name__ == "__main__":
    try:
        print(merchant_key.short(Path(sys.argv[1]).read_text(encoding="utf-8")))
    except (IndexError, OSError, merchant_key.WrongMerchantKey) as problem:
        sys.exit(f"请给出商户私钥文件 · name the merchant's key file: {problem}")
