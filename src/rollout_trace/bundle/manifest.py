"""The manifest: which rollout a bundle records (spec 1, "manifest.json")."""

import msgspec

from rollout_trace.bundle import layout
from rollout_trace.bundle.absence import why_no_bundle
from rollout_trace.bundle.confinement import Confinement, OutsideError, TooLargeError
from rollout_trace.errors import BundleError
from rollout_trace.events.manifest import Manifest
from rollout_trace.limits import DEFAULT_LIMITS, Limits, exceeded
from rollout_trace.repeated_fields import repeated_field


def read_manifest(folder: Confinement, limits: Limits = DEFAULT_LIMITS) -> Manifest:
    """Read the manifest of the bundle in `folder`.

    Raises:
        BundleError: there is none, or it is not formed as the format demands.
    """
    path = folder.root / layout.MANIFEST
    try:
        data = folder.read(layout.MANIFEST, limits.line_bytes)
        if not data.strip():
            raise BundleError(path, "is empty")
        manifest = msgspec.json.decode(data, type=Manifest)
        repeated = repeated_field(manifest, data)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BundleError(folder.root, why_no_bundle(folder.root)) from error
    except OSError as error:
        raise BundleError(path, error.strerror or str(error)) from error
    except TooLargeError as error:
        raise BundleError(path, exceeded(limits, "line_bytes", "its size in bytes")) from error
    except (OutsideError, msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BundleError(path, str(error)) from error
    if repeated is not None:
        reason = f"the field `{repeated}` stands twice"
        raise BundleError(path, reason)
    return manifest
