"""An application file as a construct of the AWS CDK: `SmsApp` (extra `smsgen[cdk]`).

    inventory   the templates, by the names that people know
    binding     what the CDK app binds -> values of the template's parameters
    construct   SmsApp: the template, included in a stack

In: an application file or App, and what is bound of it. Out: resources in a stack, and annotations. It calls the
use case that the command line calls: what `smsgen generate-template` prints is what the stack gets.
"""

from smsgen.cdk.construct import SmsApp

__all__ = ["SmsApp"]
