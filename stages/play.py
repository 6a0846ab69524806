"""Serves the report to a browser on this machine: a command of its own, no stage of dvc.yaml."""

from __future__ import annotations

import click

from lmcore import backend
from lmcore.common.errors import StageCommand
from lmcore.common.params import load_params
from lmcore.common.paths import MODEL, REPORT


@click.command(cls=StageCommand)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True,
              help="0: any free one.")  # fmt: skip
def main(port: int) -> None:
    """Serve data/report at 127.0.0.1 with the weights of data/model beside it."""
    weight_type = load_params().report.live_weights
    backend.setup()
    from lmcore.serving.server import make_server, url_of

    with make_server(REPORT / "index.html", MODEL, weight_type, port) as server:
        click.echo(f"{url_of(server)} (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()


if __name__ == "__main__":
    main()
