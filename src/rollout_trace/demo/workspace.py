"""The folder that the demo's agents work in: a small shell project whose check fails."""

from pathlib import Path
from typing import Final

_FILES: Final = {
    "convert.sh": """\
# Degrees Celsius to Fahrenheit.
echo $(( $1 * 9 / 5 + 23 ))
""",
    "check.sh": """\
failed=0
expect() {
    got=$(sh convert.sh "$1")
    if [ "$got" = "$2" ]; then
        echo "ok    $1 C is $2 F"
    else
        echo "FAIL  $1 C: expected $2 F, got $got F"
        failed=1
    fi
}
expect 0 32
expect 100 212
expect -40 -40
exit $failed
""",
    "soak.sh": """\
for degrees in 10 20 30; do
    sleep 0.2
    echo "$degrees C is $(sh convert.sh $degrees) F"
done
echo "soak test done"
""",
    "README.md": "# thermostat\n\nConverts temperatures. `sh check.sh` must pass.\n",
}


def make_workspace(folder: Path) -> None:
    """Write the project into an empty folder."""
    for name, text in _FILES.items():
        (folder / name).write_text(text)
