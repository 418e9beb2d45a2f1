"""clamd's protocol, spoken to a simulator that listens."""

import pytest

from infra.local.scanner_simulator import EICAR, Fault, Scanner
from shared.materials.scanner import Clamd, ScannerDown


class TestClamd:
    def test_finds_what_is_malicious_in_the_middle_of_a_large_file(self, simulator: Scanner) -> None:
        clamd = Clamd(host="127.0.0.1", port=simulator.port)

        assert clamd.scan(bytes(300_000)) == ""
        assert clamd.scan(bytes(200_000) + EICAR + bytes(200_000)) == "Eicar-Signature"

    @pytest.mark.parametrize("fault", [Fault.DOWN, Fault.SLOW, Fault.NONSENSE])
    def test_no_answer_is_never_a_clean_one(self, simulator: Scanner, fault: Fault) -> None:
        simulator.fault = fault
        with pytest.raises(ScannerDown):
            Clamd(host="127.0.0.1", port=simulator.port, timeout_seconds=0.1).scan(b"x")

    def test_a_file_that_is_too_large_for_it_is_not_clean(self, simulator: Scanner) -> None:
        with pytest.raises(ScannerDown):
            Clamd(host="127.0.0.1", port=simulator.port).scan(bytes(25 * 1024 * 1024 + 1))

    def test_nobody_listening_is_down(self) -> None:
        scanner = Scanner()
        port = scanner.port
        scanner.start()
        scanner.stop()
        with pytest.raises(ScannerDown):
            Clamd(host="127.0.0.1", port=port, timeout_seconds=0.1).scan(b"x")
