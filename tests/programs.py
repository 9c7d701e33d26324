"""The programs of scripts/ and benchmarks/, which are no part of the package, as modules."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent


def load(path: str) -> ModuleType:
    """Load ``scripts/bundle.py`` or the like, once."""
    name = path.removesuffix(".py").replace("/", "_")
    if name not in sys.modules:
        spec = spec_from_file_location(name, ROOT / path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        # Before it runs: a dataclass looks for its module there.
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
