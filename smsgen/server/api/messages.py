"""The messages of the SMS API: a Struct for each request, response and inner structure of its 35 operations.

They are the one source of truth: the service model for the SDKs is generated from them (`service_model`), and the
endpoint reads and writes with them. A member that is absent is None; times are seconds since the epoch. Which operation
has which messages says `api.OPERATIONS`.
"""

# One namespace of many short files: who uses a message writes `messages.GetAppRequest`.
from smsgen.server.api.messages_apps import *  # noqa: F403 - the names are the API's, all of them
from smsgen.server.api.messages_jobs import *  # noqa: F403 - the names are the API's, all of them
from smsgen.server.api.messages_replication import *  # noqa: F403 - the names are the API's, all of them
from smsgen.server.api.messages_shared import *  # noqa: F403 - the names are the API's, all of them
from smsgen.server.api.messages_validation import *  # noqa: F403 - the names are the API's, all of them
