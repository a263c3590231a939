"""Codes of a file that cannot be read: application files, templates, snapshots, parameter files."""

from smsgen.report.codes.entry import Code, app, template, words

_BOMB = "\n".join(
    f"{name}: &{name} [{', '.join(['*' + before if before else 'x'] * 10)}]"
    for before, name in zip(["", *"abcdef"], "abcdefg", strict=True)
)

CODES = (
    Code(
        "ALIAS_BOMB",
        "error",
        "aliases that expand to millions of values",
        "YAML aliases of aliases make a small file a huge one. smsgen reads at most 1,000,000 values, and "
        "32 MiB of text.",
        "Write the values out, or refer to fewer.",
        app(_BOMB),
    ),
    Code(
        "BAD_KEY",
        "error",
        "a key that is a list or a map",
        "YAML allows it; JSON, and so CloudFormation, knows keys of text only.",
        "Put the key in quotes, or the value in its place: this often is a bracket too many.",
        app("name: shop\n[a, b]: c"),
    ),
    Code(
        "BAD_MERGE",
        "error",
        "`<<` with something that is no map",
        "The merge key takes over the fields of another map. What stands behind it is a list or a text.",
        "Refer to a map: `<<: *name`, where `&name` stands before that map.",
        app("name: shop\n<<: everything"),
    ),
    Code(
        "CDK_BINDING",
        "error",
        "a binding of `SmsApp` that fits nothing in the application",
        "A CDK app binds an image, an instance type, a subnet, security groups or a parameter that the application "
        "file says already, or that is not in it. It is an annotation of the construct.",
        "Leave the value out of the file, or the binding out of the code; to change what the file says, set the "
        "property of `shop.instance(…)`.",
        words('SmsApp(stack, "Shop", app="samples/three-tier.yaml", subnet="subnet-0a1b2c3d4e5f60718")'),
    ),
    Code(
        "CONTROL_CHARACTER",
        "error",
        "a character that no text may hold",
        "A control character stands in the file, or in a value that has to be one line; or half of a "
        "character beyond U+FFFF, in JSON. They come with copies from terminals and documents.",
        "Remove it. Where a tab or a line break is meant, as in a script, use a `|` block of YAML.",
        app('name: "shop\\x07"\nserverGroups: []'),
    ),
    Code(
        "DUPLICATE_KEY",
        "error",
        "a key that stands twice in one map",
        "YAML readers keep one of the two, and not all of them the same one.",
        "Keep one of the two.",
        app("name: shop\nname: store"),
    ),
    Code(
        "EMPTY",
        "error",
        "a file without content",
        "The file is empty, or holds comments only.",
        "`smsgen init NAME` writes one to start from.",
        app("# to be written"),
    ),
    Code(
        "MORE_PROBLEMS",
        "error",
        "more than 1,000 problems",
        "smsgen shows the first 1,000 of each severity and counts the others.",
        "Mend those that are shown and run it again. It often is one mistake, made by the program that "
        "wrote the file.",
        words("an application file in which 1,001 servers have a wrong id"),
    ),
    Code(
        "NOT_AN_APPLICATION",
        "error",
        "another document in place of an application file",
        "A CloudFormation template, a snapshot of a stack or an answer of `aws sms` is known by its keys.",
        "Give it to the command that takes it, which the hint names, or give an application file.",
        app("Resources:\n  Topic:\n    Type: AWS::SNS::Topic"),
    ),
    Code(
        "NOT_AN_IMAGE",
        "error",
        "a line of `set-image --from` that says no server and its one image",
        "Each line is a server's id and its image, with a blank, a tab or a comma between them; what follows a `#` is "
        "a remark.",
        "Write `SERVER_ID AMI` on the line, and each server once.",
        words("`s-12345678` alone on a line"),
    ),
    Code(
        "NOT_A_TEMPLATE",
        "error",
        "a file that is no CloudFormation template",
        "A template is a map with a Resources section; this file holds a list or a text.",
        "Check the file's name. A parameter file is given with `--parameters`.",
        template("- Resources"),
    ),
    Code(
        "NOT_FINITE",
        "error",
        "a number that is none, or is infinite",
        "YAML knows .nan and .inf; JSON and CloudFormation do not.",
        "Put it in quotes where it is a text.",
        app("name: .nan"),
    ),
    Code(
        "NOT_UTF8",
        "error",
        "a file in another encoding than UTF-8",
        "It was saved as Windows-1252 or UTF-16, for one; the message says at which byte it shows.",
        "Save it as UTF-8: editors show the encoding in their status bar.",
        words("a file with `Zürich` in it, saved as Latin-1"),
    ),
    Code(
        "RECURSIVE_ALIAS",
        "error",
        "an alias that contains itself",
        "The value would have no end.",
        "Write out what is meant.",
        app("name: &a [*a]"),
    ),
    Code(
        "TOO_DEEP",
        "error",
        "values nested more than 100 levels deep",
        "Nothing that smsgen reads is nested so deep: brackets are left open, or a program went astray.",
        "Look for brackets that are not closed.",
        words("a file that begins with 101 opening brackets"),
    ),
    Code(
        "TOO_LARGE",
        "error",
        "a file of more than 32 MiB, or of more than a million values",
        "smsgen reads at most that, so that no file takes all memory.",
        "Split it: an application of 1,200 servers takes half a MiB.",
        words("33 MiB that are given to smsgen.load"),
    ),
    Code(
        "UNREADABLE",
        "error",
        "a file that cannot be opened",
        "It does not exist, is a folder or larger than 32 MiB, or may not be read by you. `validate` reports it and "
        "goes on with the others.",
        "Check the path, which starts at the folder you are in.",
        words("smsgen validate no-such-file.yaml"),
    ),
    Code(
        "YAML_SYNTAX",
        "error",
        "a text that is not YAML, nor JSON",
        "A quote or a bracket is left open, the indentation is off, or a tab indents.",
        "Look at the line it names and at the one before. A value that begins with a special character, "
        "such as `*`, `@` or `%`, is put in quotes.",
        app('name: "shop'),
    ),
    Code(
        "YAML_TAG",
        "error",
        "a tag (`!Name`) that has no meaning here",
        "CloudFormation's short forms (`!Ref`, `!Sub`) belong into templates. In an application file, what "
        "is left out becomes a parameter by itself.",
        "Remove the tag, or put the value in quotes.",
        app("name: !Sub shop"),
    ),
)
