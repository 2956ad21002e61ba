"""How Sphinx builds these pages; ci/docs.sh calls it."""

import re
import sys
from pathlib import Path

here = Path(__file__).parent
sys.path.insert(0, str(here / "_ext"))

project = "Patch"
author = "the authors of Patch"
release = version = re.search(r"project\(patch VERSION ([0-9.]+)", (here.parent / "CMakeLists.txt").read_text())[1]

extensions = ["myst_parser", "sphinx_design", "sphinx_copybutton", "reference"]
exclude_patterns = ["_ext", "requirements.txt"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"Patch {version}"
html_static_path = ["_static"]
html_css_files = ["patch.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
