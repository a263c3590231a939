"""Codes of templates and their parameters: what CloudFormation would refuse, before it is asked."""

from smsgen.report.codes.entry import Code, Example, template, words

_TOPIC = "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n"
_STAGE = "Parameters:\n  Stage: {Type: String, AllowedValues: [test, live]}\n"

CODES = (
    Code(
        "BAD_FOR_EACH",
        "error",
        "a Fn::ForEach that cannot be written out",
        "A loop takes an identifier, a list, and a map. Its list must be known before anything is made.",
        "Give it a list, or the Ref of a list parameter that has a value.",
        template(
            "Transform: AWS::LanguageExtensions\nResources:\n"
            "  Fn::ForEach::Topics: [Name, a, {'T${Name}': {Type: AWS::SNS::Topic}}]"
        ),
    ),
    Code(
        "BAD_RESOURCE",
        "error",
        "a resource that is no map",
        "A resource has a Type and, mostly, Properties.",
        "Write them under its name, indented.",
        template("Resources: {Topic: AWS::SNS::Topic}"),
    ),
    Code(
        "BAD_SECTION",
        "error",
        "a section of a template that is no map",
        "Parameters, Resources, Outputs and the like are maps of names.",
        "Write them as a map: `Name:` and what it is below it.",
        template(f"Outputs: [Topic]\n{_TOPIC}"),
    ),
    Code(
        "BAD_SNAPSHOT",
        "error",
        "a file that is no snapshot of a stack",
        "What --deployed names is a snapshot, which `smsgen pull` writes, or a bare template.",
        "Write it anew with `smsgen pull STACK -o FILE`.",
        Example("stackName: shop\ntemplate: none\n", "snapshot"),
    ),
    Code(
        "CIRCULAR",
        "error",
        "resources, or conditions, that wait for each other",
        "CloudFormation could make none of them first.",
        "Let one refer to the other by its name, or move the reference into a resource of its own: a "
        "security group's rule, for one.",
        template(
            "Resources:\n  A: {Type: AWS::SNS::Topic, DependsOn: B}\n  B: {Type: AWS::SNS::Topic, DependsOn: A}"
        ),
    ),
    Code(
        "IMPORT",
        "error",
        "an import that cannot be made as it stands",
        "What is imported is in the template, new to the stack, and has a DeletionPolicy; nothing else may change.",
        "Add what the message names; Retain keeps the resource when the import fails. Make other changes after it.",
        words("smsgen launch-app shop.yaml --import Db=i-0123456789abcdef0, where the stack has Db already"),
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html",
    ),
    Code(
        "IMPORT_TYPE",
        "error",
        "a resource that cannot be imported by what is said of it",
        "CloudFormation imports what its type can read, by the properties that identify it: one, or several.",
        "Write what the hint says; leave out what is of a type that cannot be imported.",
        words("smsgen launch-app shop.yaml --import LaunchOrder0Complete=handle"),
    ),
    Code(
        "MACRO",
        "error",
        "a template with a macro, which runs in AWS only",
        "AWS::Include, AWS::Serverless and macros of your own rewrite a template on AWS's side.",
        "Give the processed template: `aws cloudformation get-template --template-stage Processed`, or "
        "`sam build`.",
        template(f"Transform: MyMacro\n{_TOPIC}"),
    ),
    Code(
        "MISSING_PARAMETER",
        "error",
        "a parameter without a value",
        "It has no default, no value was given, and the stack has none from before.",
        "Give --parameter NAME=VALUE, or name a file with --parameters: `smsgen generate-template APP "
        "--parameters-file FILE` writes one to fill in. Or say it in the application file.",
        template(_STAGE + _TOPIC),
    ),
    Code(
        "NO_RESOURCES",
        "error",
        "a template without resources",
        "CloudFormation takes no stack of nothing.",
        "Check that this is the whole template.",
        template("Resources: {}"),
    ),
    Code(
        "NO_TYPE",
        "error",
        "a resource, or a parameter, without a Type",
        "Nothing says what it is.",
        "Add it: `Type: AWS::EC2::Instance`, or `Type: String`.",
        template("Resources:\n  Topic: {Properties: {TopicName: news}}"),
    ),
    Code(
        "NULL",
        "error",
        "an empty value (null) in a template",
        "CloudFormation refuses null. In YAML, a name without a value is one.",
        "Leave the name out, or give it a value; AWS::NoValue in an Fn::If.",
        template("Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: }"),
    ),
    Code(
        "PARAMETER_VALUE",
        "error",
        "a value that its parameter does not take",
        "AllowedValues, AllowedPattern, lengths and types are the template's own; in a parameter file, a "
        "value is a text, a number, true or false, or a list of texts.",
        "Give another value.",
        Example("Stage: staging\n", "parameters", _STAGE + _TOPIC),
    ),
    Code(
        "RULE",
        "error",
        "parameters that a rule of the template refuses",
        "The Rules section asserts which values go together; the message is the rule's own.",
        "Give other values.",
        template(
            "Parameters:\n  Stage: {Type: String, Default: test}\n"
            "Rules:\n  Live:\n    Assertions:\n      - Assert: !Equals [!Ref Stage, live]\n"
            f"        AssertDescription: live only\n{_TOPIC}"
        ),
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html",
    ),
    Code(
        "SLOW_PATTERN",
        "error",
        "an AllowedPattern that takes too long",
        "A repeat inside of a repeat, as in `(a+)+`, can take centuries to say that a value does not "
        "match. All patterns of a template together have two seconds.",
        "Write the pattern without it: `(a+)+` says no more than `a+`.",
        template(
            f"Parameters:\n  Name: {{Type: String, Default: {'a' * 40}!, AllowedPattern: '(a|a)+(b|b|c)+'}}\n{_TOPIC}"
        ),
    ),
    Code(
        "TEMPLATE_ERROR",
        "error",
        "a function that CloudFormation could not carry out",
        "Its arguments do not fit it: a key that is not in a mapping, an index beyond a list. The words are "
        "CloudFormation's own.",
        "Mend the arguments.",
        template(
            "Mappings: {Sizes: {test: {Name: small}}}\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
            "    Properties: {TopicName: !FindInMap [Sizes, live, Name]}"
        ),
    ),
    Code(
        "TYPE_CHANGED",
        "error",
        "a logical id whose resource would be of another type",
        "CloudFormation updates and replaces resources, but not by others of another type.",
        "Give the new resource a logical id of its own; the old one is removed.",
        template("Resources:\n  Topic: {Type: AWS::SQS::Queue}", _TOPIC),
    ),
    Code(
        "UNKNOWN_ATTRIBUTE",
        "error",
        "an attribute that a resource does not have",
        "In a template: something beside Type, Properties, DependsOn and the like, often a property that "
        "is not indented far enough. From `pull`, a warning: a Fn::GetAtt that smsgen cannot look up, so "
        "that what refers to it is known only after it is applied.",
        "Put properties under Properties; mend the name.",
        template("Resources:\n  Topic: {Type: AWS::SNS::Topic, TopicName: news}"),
    ),
    Code(
        "UNKNOWN_PARAMETER",
        "error",
        "a value for a parameter that the template does not have",
        "Its name is misspelt, or it belongs to another template.",
        "Leave it out, or take one of the names that the hint lists.",
        Example(
            "Stgae: live\n", "parameters", "Parameters: {Stage: {Type: String, Default: test}}\n" + _TOPIC
        ),
    ),
    Code(
        "UNKNOWN_RESOURCE",
        "error",
        "a logical id that the template does not have",
        "--import names resources by their logical ids in the template.",
        "Take one of those that the hint lists.",
        words("smsgen launch-app shop.yaml --import Databse=i-0123456789abcdef0"),
    ),
    Code(
        "UNKNOWN_SECTION",
        "error",
        "a section that templates do not have",
        "At its top level, a template has Parameters, Resources, Outputs and a few others.",
        "Mend its name, or indent it to where it belongs.",
        template(f"Parameter: {{}}\n{_TOPIC}"),
    ),
    Code(
        "UNRESOLVED",
        "error",
        "a reference to what is not in the template",
        "Ref, Fn::GetAtt, Fn::Sub and DependsOn name resources and parameters of the same template.",
        "Declare it, or mend the name. What another stack exports is read with Fn::ImportValue.",
        template("Resources:\n  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nmae}}"),
    ),
    Code(
        "UNRESOLVED_CONDITION",
        "error",
        "a condition that is not declared",
        "Condition and Fn::If name what stands under Conditions.",
        "Declare it there.",
        template("Resources:\n  Topic: {Type: AWS::SNS::Topic, Condition: IsLive}"),
    ),
    Code(
        "VALUE_TOO_LARGE",
        "error",
        "functions, or loops, that make more than CloudFormation takes",
        "Fn::Sub in Fn::Sub, or Fn::ForEach in Fn::ForEach, makes a large text of a small one. A template has at most "
        "1,048,576 bytes and 500 resources with all that its functions and loops make, and a value cannot have more.",
        "Write out what is needed, or let it repeat less.",
        template(
            "Transform: AWS::LanguageExtensions\n"
            "Parameters: {Tens: {Type: CommaDelimitedList, Default: 'a,b,c,d,e,f,g,h,i,j'}}\n"
            "Resources:\n"
            "  Fn::ForEach::A: [X, !Ref Tens, {'Fn::ForEach::B${X}': [Y, !Ref Tens, {'Fn::ForEach::C${X}${Y}':\n"
            "    [Z, !Ref Tens, {'T${X}${Y}${Z}': {Type: AWS::SNS::Topic}}]}]}]"
        ),
    ),
)
