"""Load troposphere without what it loads and templates never need.

`import troposphere` loads cfn_flip (a YAML writer; we have our own), troposphere.serverless (SAM) and json, which cost
more than all the rest of a compilation's start. While it is imported for the first time, stand-ins are in place.
"""

from __future__ import annotations

import sys

from smsgen.startup.late import late, standing_in

if "troposphere" not in sys.modules:
    _ABSENT = (
        late("cfn_flip"),
        late("json"),
        # Of serverless, troposphere's own body wants one name: an annotation in its Template class.
        late("troposphere.serverless", Globals=object),
    )
    with standing_in(*_ABSENT):
        import troposphere  # noqa: F401 - loaded now, while the stand-ins are in place
