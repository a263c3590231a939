"""The console: the SMS API in a browser, as pages made here. `smsgen serve --console`.

    request ──sign in──▶ Visit ──page──▶ operations of the API ──views──▶ template ──▶ HTML

Every page acts by the operations of the API and no other way (`Caller`): what the API refuses, it refuses. Beside that
it only reads: documents that the API has put into S3, the events of a stack, what is wrong with a configuration. Pages
hold no script but one file of ours, which refreshes parts of them; without it they work, too.
"""
