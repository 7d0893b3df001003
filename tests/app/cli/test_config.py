"""`config check` finds what `serve` would find."""

from pathlib import Path

import pytest

from tests.app.cli.program import Program


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('[server]\ntls_certificate = "{gone}"\ntls_key = "{gone}"\n', "the certificate {gone} cannot be used"),
        ('[relay]\nhost = "::1"\nuser = "ann"\npassword_file = "{gone}"\n', "the relay ::1 cannot be used: "),
        ('[relay]\nhost = "::1"\nca_file = "{gone}"\n', "the relay ::1 cannot be used: "),
    ],
)
def test_a_file_that_cannot_be_used_is_told_before_anybody_serves(
    program: Program, tmp_path: Path, settings: str, told: str
) -> None:
    gone = tmp_path / "gone"
    file = tmp_path / "angarium.toml"
    file.write_text(settings.format(gone=gone))
    ran = program("config", "check", "--config", file)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"angarium: {told.format(gone=gone)}")
    gone.write_text("")
    assert (program("config", "check", "--config", file).code == 0) == ("password_file" in settings)
    file.write_text("")
    assert program.good("config", "check", "--config", file) == "the configuration is good\n"
