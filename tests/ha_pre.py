"""Early pytest plugin: lets the harness run on a Home Assistant newer than its own.

The harness imports `respx`, and with it `httpx`, before Home Assistant has aliased
it, and uses a private name of the logger integration that has moved. Importing that
integration first and giving it back the old name cures both; on the harness's own
version of Home Assistant it changes nothing.
"""

import homeassistant.components.logger as _logger
from homeassistant.components.logger import helpers as _helpers

MOVED = "_clear_logger_overwrites"

if not hasattr(_logger, MOVED):
    vars(_logger)[MOVED] = getattr(_helpers, MOVED)
