"""The desk's file: its tokens, kept from show to show, and the running desk's address.

It lies in the folder of the session, and only the user may read it. `visualizer desk` reads it.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from visualizer.desk.access import TOKEN_BYTES, new_token
from visualizer.disk import write_text

NAME = "desk.json"

Token = Field(default_factory=new_token, min_length=TOKEN_BYTES, pattern=r"^[A-Za-z0-9_-]+$")


class DeskFile(BaseModel):
    """url: of the desk on this machine, "" for none yet. token: whether it needs one."""

    model_config = ConfigDict(frozen=True)

    url: str = ""
    token: bool = False
    play: str = Token
    view: str = Token

    @property
    def link(self) -> str:
        """Where this machine's browser finds the desk; "" for nowhere yet."""
        return with_token(self.url, self.play) if self.token and self.url else self.url


def with_token(url: str, token: str) -> str:
    """A link that opens the page with a token. Behind #, it is sent to no server and no log; the
    page takes it out of the address bar."""
    return f"{url}#token={token}"


def read(folder: Path) -> DeskFile:
    """The file; a new one where there is none, or none that can be read."""
    try:
        return DeskFile.model_validate_json((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return DeskFile()


def write(folder: Path, content: DeskFile) -> None:
    """Keep it. Raises OSError."""
    write_text(folder / NAME, content.model_dump_json(indent=2) + "\n")
