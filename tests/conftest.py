"""What every test stands on."""

import os

from hypothesis import settings

# No deadline for an example: how long one takes depends on what else the machine does, and speed is measured in bench/.
# In CI the examples are the same each time, so that a failure there is one of the change and not of the draw.
settings.register_profile("smsgen", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("smsgen")
