"""Boot scripts, run: the Linux one in a real bash whose `aws`, `curl` and `cfn-signal` write down their calls."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from smsgen.compiler import Validation, compile_app
from smsgen.compiler.resolve import embeddable
from smsgen.errors import InvalidInput
from smsgen.model.launch import Launch, S3Location, UserData
from smsgen.model.launch_fields import MAX_USER_DATA
from smsgen.model.load import load
from tests.compiler import powershell

APP = """
name: shop
launchDefaults:
  subnet: subnet-0123456789abcdef0
  securityGroup: sg-0123456789abcdef0
  instanceType: m6i.large
  iamInstanceProfileName: servers
serverGroups:
  - serverList:
      - serverId: s-12345678
        imageId: ami-0123456789abcdef0
        launch:
          logicalId: Web
"""
bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


def user_data(
    more: str, scripts: dict[str, bytes] | None = None, validation: Validation | None = None
) -> Any:
    text = APP + "".join(f"          {line}\n" for line in more.splitlines())
    validations = {"s-12345678": validation} if validation else None
    made = compile_app(load(text.encode(), "app.yaml").app, scripts=scripts, validations=validations)
    return made.template.resources["Web"]["Properties"]["UserData"]["Fn::Base64"]


def rendered(value: Any) -> str:
    """What CloudFormation makes of the user data."""
    delimiter, parts = value["Fn::Join"]
    known = {
        "AWS::StackName": "sms-app-1",
        "AWS::Region": "eu-central-1",
        "WebHandle": "https://s3/handle?sig=1",
    }
    filled = [
        re.sub(r"\$\{([A-Za-z:]+)\}", lambda found: known[found.group(1)], part["Fn::Sub"])
        if isinstance(part, dict)
        else part
        for part in parts
    ]
    return delimiter.join(filled)


class Machine:
    """A folder on PATH whose commands write their calls to a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        self.log = folder / "boot.log"
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.calls.write_text("")
        for name in ("mktemp", "date", "rm", "chmod", "cat", "tail", "bash", "sh", "hostname"):
            found = shutil.which(name)
            if found:
                (self.bin / name).symlink_to(found)
        self.command("sleep", "exit 0")

    def command(self, name: str, body: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(
            f'#!/bin/bash\n[ "{name}" = sleep ] || printf \'%s\\n\' "{name} $*" >> {self.calls}\n{body}\n'
        )
        path.chmod(0o755)

    def boot(self, script: str) -> tuple[int, list[str]]:
        script = script.replace("/var/log/smsgen-boot.log", str(self.log)).replace(":/opt/aws/bin", "")
        path = self.folder / "user-data"
        path.write_text(script)
        env = {"PATH": str(self.bin), "TMPDIR": str(self.folder), "HOME": "/root"}
        ended = subprocess.run(
            [os.fspath(self.bin / "bash"), path], env=env, capture_output=True, timeout=60, check=False
        )
        return ended.returncode, self.calls.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


# The AWS CLI: `s3 cp` writes a script that leaves a mark and ends as the test wants.
AWS = """\
if [ "$1" = s3 ]; then printf '#!/bin/bash\\necho ran-%s >> {calls}\\nexit {code}\\n' "${{6##*/}}" > "$7"; fi
exit 0"""


@bash
@pytest.mark.parametrize(("code", "status"), [(0, "SUCCESS"), (3, "FAILURE")])
def test_scripts_from_s3_run_in_order_and_the_outcome_is_signalled(
    machine: Machine, code: int, status: str
) -> None:
    machine.command("aws", AWS.format(calls=machine.calls, code=code))
    machine.command("curl", "echo i-0123456789abcdef0")
    more = """\
userData: {s3Location: {bucket: sms-app-x, key: a/boot.sh}}
configureScript: {bucket: sms-app-x, key: conf.sh}
readiness: {signal: creationPolicy, timeout: PT5M}"""
    ended, calls = machine.boot(rendered(user_data(more)))
    assert ended == code
    ran = [call for call in calls if call.startswith("ran-")]
    assert ran == (["ran-boot.sh", "ran-conf.sh"] if code == 0 else ["ran-boot.sh"])
    assert calls[-1] == (
        "aws cloudformation signal-resource --stack-name sms-app-1 --region eu-central-1 --logical-resource-id Web "
        f"--unique-id i-0123456789abcdef0 --status {status}"
    )


@bash
def test_cfn_signal_is_used_where_the_image_has_it(machine: Machine) -> None:
    machine.command("cfn-signal", "exit 0")
    ended, calls = machine.boot(
        rendered(user_data('userData: {inline: "#!/bin/sh\\nexit 7"}\nreadiness: {timeout: PT5M}'))
    )
    assert ended == 7
    (call,) = calls
    assert call.startswith("cfn-signal --exit-code 7 --reason Web failed in step userData, exit code 7")
    assert call.endswith("--stack sms-app-1 --resource Web --region eu-central-1")


@bash
@pytest.mark.parametrize(("code", "status"), [(0, "SUCCESS"), (1, "FAILURE")])
def test_a_wait_condition_is_signalled_by_a_put_to_its_handle(
    machine: Machine, code: int, status: str
) -> None:
    machine.command("curl", "exit 0")
    more = f'userData: {{inline: "#!/bin/sh\\nexit {code}"}}\nreadiness: {{signal: waitCondition, timeout: PT5M}}'
    ended, (call,) = machine.boot(rendered(user_data(more)))
    assert ended == code
    assert call.startswith("curl -fsS -X PUT -H Content-Type: --data-binary")
    assert f'"Status": "{status}"' in call
    assert call.endswith("https://s3/handle?sig=1")


@bash
def test_a_signal_that_fails_is_tried_again(machine: Machine) -> None:
    machine.command("curl", f'[ "$(grep -c ^curl {machine.calls})" -ge 3 ]')
    (machine.bin / "grep").symlink_to(shutil.which("grep") or "")
    _, calls = machine.boot(rendered(user_data("readiness: {signal: waitCondition, timeout: PT5M}")))
    assert len(calls) == 3


@bash
def test_an_image_without_the_aws_cli_says_so_and_fails(machine: Machine) -> None:
    machine.command("curl", "exit 0")
    more = "configureScript: {bucket: sms-app-x, key: conf.sh}\nreadiness: {signal: waitCondition, timeout: PT5M}"
    ended, (call,) = machine.boot(rendered(user_data(more)))
    assert ended == 127
    assert "FAILURE" in call
    assert "the AWS CLI is not installed" in machine.log.read_text()


@bash
def test_the_users_own_expansions_reach_the_shell_untouched(machine: Machine) -> None:
    said = "x=${HOME} y=${NONE:-${HOME}!} z='${!A} ${AWS::Region}'"
    script = f'#!/bin/bash\n{said}\necho "$x $y $z" >> {machine.calls}\n'
    machine.command("curl", "exit 0")
    more = "userData: {file: s.sh}\nreadiness: {signal: waitCondition, timeout: PT5M}"
    _, calls = machine.boot(rendered(user_data(more, {"s.sh": script.encode()})))
    assert calls[0] == "/root /root! ${!A} ${AWS::Region}"


def test_the_names_that_cloudformation_fills_in_stand_at_the_top() -> None:
    linux = rendered(user_data("readiness: {signal: waitCondition, timeout: PT5M}")).splitlines()
    assert linux[:5] == [
        "#!/bin/bash",
        "SMSGEN_STACK='sms-app-1'",
        "SMSGEN_REGION='eu-central-1'",
        "SMSGEN_RESOURCE='Web'",
        "SMSGEN_SIGNAL_URL='https://s3/handle?sig=1'",
    ]
    assert linux[5] != ""
    windows = rendered(user_data(WINDOWS.replace("SIGNAL", "waitCondition"), {"s.ps1": b"Get-Date\n"}))
    assert windows.splitlines()[:5] == [
        "<powershell>",
        "$SmsgenStack = 'sms-app-1'",
        "$SmsgenRegion = 'eu-central-1'",
        "$SmsgenResource = 'Web'",
        "$SmsgenSignalUrl = 'https://s3/handle?sig=1'",
    ]
    assert "SIGNAL_URL" not in rendered(user_data("readiness: {signal: creationPolicy, timeout: PT5M}"))


@pytest.mark.parametrize(("signal", "longest"), [("creationPolicy", 128), ("waitCondition", 128 + 400)])
def test_user_data_is_measured_with_the_longest_names_that_can_be_filled_in(
    signal: str, longest: int
) -> None:
    def size_and_codes(padding: int) -> tuple[int, list[str]]:
        script = "#!/bin/sh\n#" + "x" * padding + "\n"
        more = f"userData: {{file: s.sh}}\nreadiness: {{signal: {signal}, timeout: PT5M}}"
        text = APP + "".join(f"          {line}\n" for line in more.splitlines())
        try:
            made = compile_app(load(text.encode(), "app.yaml").app, scripts={"s.sh": script.encode()})
        except InvalidInput as refused:
            return 0, [d.code for d in refused.diagnostics]
        delimiter, (sub, body) = made.template.resources["Web"]["Properties"]["UserData"]["Fn::Base64"][
            "Fn::Join"
        ]
        return len((sub["Fn::Sub"] + delimiter + body).encode()), []

    short, _ = size_and_codes(0)
    fitting = MAX_USER_DATA - longest - short
    assert size_and_codes(fitting) == (MAX_USER_DATA - longest, [])
    assert size_and_codes(fitting + 1)[1] == ["USER_DATA_TOO_LONG"]


def test_a_script_that_needs_nothing_is_the_user_data_itself() -> None:
    assert user_data('userData: {inline: "#cloud-config\\n"}') == "#cloud-config\n"


def test_a_key_is_quoted_for_the_shell() -> None:
    value = user_data('configureScript: {bucket: sms-app-x, key: "a b\';rm -rf x"}')
    assert """smsgen_fetch 's3://sms-app-x/a b'"'"';rm -rf x'""" in rendered(value)


WINDOWS = """\
platform: windows
userData: {file: s.ps1}
configureScript: {bucket: sms-app-x, key: it's/conf.ps1}
configureScriptType: POWERSHELL_SCRIPT
readiness: {signal: SIGNAL, timeout: PT5M}"""


@pytest.mark.parametrize("signal", ["creationPolicy", "waitCondition"])
def test_the_windows_script_holds_together(signal: str) -> None:
    script = b'<powershell>\nWrite-Output "${env:X} $(Get-Date)"\n</powershell>\n'
    text = rendered(user_data(WINDOWS.replace("SIGNAL", signal), {"s.ps1": script}))
    assert text.startswith("<powershell>\n$SmsgenStack = 'sms-app-1'\n")
    assert text.count("<powershell>") == text.count("</powershell>") == 1
    assert powershell.embedded(text) == ['\ufeffWrite-Output "${env:X} $(Get-Date)"\n', "it's/conf.ps1"]
    assert (
        "Get-SmsgenObject 'sms-app-x' ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String(" in text
    )
    assert text.count("Send-SmsgenSignal 0") == text.count("Send-SmsgenSignal 1") == 1
    assert text.count("{") == text.count("}")
    assert ("https://s3/handle?sig=1" in text) == (signal == "waitCondition")


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell is not installed")
def test_powershell_reads_the_windows_script(tmp_path: Path) -> None:
    text = rendered(user_data(WINDOWS.replace("SIGNAL", "creationPolicy"), {"s.ps1": b"Get-Date\n"}))
    path = tmp_path / "boot.ps1"
    path.write_text(text.partition("<powershell>\n")[2].partition("</powershell>")[0])
    parser = "[Management.Automation.Language.Parser]"
    parse = f"$e = $null; [void]{parser}::ParseFile('{path}', [ref]$null, [ref]$e); exit $e.Count"
    assert subprocess.run(["pwsh", "-NoProfile", "-Command", parse], check=False).returncode == 0


# --- Validation -------------------------------------------------------------------------------------------------------

VALIDATION = Validation(
    S3Location("sms-app-x", "check/it's up.sh"),
    "SHELL_SCRIPT",
    S3Location("sms-app-1", "validation/val-1/1.txt"),
)
# The AWS CLI as above; what goes up is kept.
AWS_BOTH_WAYS = """\
case "$6" in
  s3://*) printf '#!/bin/bash\\necho "from %s"\\nexit {code}\\n' "${{6##*/}}" > "$7" ;;
  *) cat "$6" > {kept} ;;
esac
exit 0"""


@bash
@pytest.mark.parametrize(("code", "said"), [(0, "0\nfrom it's up.sh\n"), (4, "4\nfrom it's up.sh\n")])
def test_a_server_reports_how_its_validation_ended_and_the_launch_stays_as_it_is(
    machine: Machine, code: int, said: str
) -> None:
    kept = machine.folder / "kept"
    machine.command("aws", AWS_BOTH_WAYS.format(code=code, kept=kept))
    machine.command("cfn-signal", "exit 0")
    more = 'userData: {inline: "#!/bin/sh\\nexit 0"}\nreadiness: {timeout: PT5M}'
    ended, calls = machine.boot(rendered(user_data(more, validation=VALIDATION)))
    assert ended == 0
    assert kept.read_text() == said
    signal, fetched, put = calls
    assert signal.startswith("cfn-signal --exit-code 0 ")
    assert fetched.startswith(
        "aws s3 cp --only-show-errors --region eu-central-1 s3://sms-app-x/check/it's up.sh "
    )
    assert put.endswith(" s3://sms-app-1/validation/val-1/1.txt")
    assert not list(machine.folder.glob("tmp.*"))


@bash
def test_a_boot_script_that_fails_is_a_validation_that_failed(machine: Machine) -> None:
    kept = machine.folder / "kept"
    machine.command("aws", AWS_BOTH_WAYS.format(code=0, kept=kept))
    ended, calls = machine.boot(
        rendered(user_data('userData: {inline: "#!/bin/sh\\nexit 7"}', validation=VALIDATION))
    )
    assert ended == 7
    assert kept.read_text() == "7\nthe boot script failed in step userData, exit code 7\n"
    assert len(calls) == 1


@bash
def test_a_validation_script_that_cannot_be_fetched_has_failed(machine: Machine) -> None:
    kept = machine.folder / "kept"
    machine.command("aws", f'case "$6" in s3://*) exit 1 ;; *) cat "$6" > {kept} ;; esac')
    ended, _ = machine.boot(rendered(user_data("", validation=VALIDATION)))
    assert ended == 0
    assert kept.read_text() == "127\nthe validation script could not be fetched\n"


@bash
def test_only_the_end_of_what_it_said_is_reported(machine: Machine) -> None:
    kept = machine.folder / "kept"
    loud = "printf '#!/bin/bash\\nfor i in {1..900}; do echo line-$i; done' > \"$7\""
    machine.command("aws", f'case "$6" in s3://*) {loud} ;; *) cat "$6" > {kept} ;; esac')
    machine.boot(rendered(user_data("", validation=VALIDATION)))
    report = kept.read_text()
    assert report.startswith("0\n")
    assert report.endswith("line-899\nline-900\n")
    assert len(report) == 2_002


def test_windows_validates_in_powershell_and_reports_by_write_s3object() -> None:
    validation = VALIDATION._replace(script_type="POWERSHELL_SCRIPT")
    script = rendered(user_data("", validation=validation))
    assert script.startswith("<powershell>")
    assert powershell.embedded(script) == ["check/it's up.sh"]
    assert "Send-SmsgenObject $Path 'sms-app-1' 'validation/val-1/1.txt'" in script
    assert script.index("\nInvoke-SmsgenValidation\n") > script.index("exit 1")
    assert "Validation" not in rendered(
        user_data("configureScript: {bucket: sms-app-x, key: c.ps1}\nplatform: windows")
    )


def test_the_made_profile_lets_a_server_put_its_report_and_no_other_object() -> None:
    text = APP.replace("iamInstanceProfileName: servers", "createInstanceProfile: true")
    made = compile_app(load(text.encode(), "app.yaml").app, validations={"s-12345678": VALIDATION})
    (policy,) = made.template.resources["InstanceRole"]["Properties"]["Policies"]
    allowed = {one["Action"]: one["Resource"] for one in policy["PolicyDocument"]["Statement"]}
    assert allowed["s3:PutObject"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:s3:::sms-app-1/validation/val-1/1.txt"}
    ]
    assert allowed["s3:GetObject"] == [{"Fn::Sub": "arn:${AWS::Partition}:s3:::sms-app-x/check/it's up.sh"}]


@pytest.mark.parametrize("text", ["Install-Thing\n", "<powershell>\nInstall-Thing\n</powershell>\n"])
def test_a_file_that_ends_with_ps1_is_powershell(text: str) -> None:
    made = user_data("userData: {file: boot.ps1}", {"boot.ps1": text.encode()})
    assert made == "<powershell>\nInstall-Thing\n</powershell>\n"
    made = rendered(user_data("userData: {file: boot.ps1}\nreadiness: {}", {"boot.ps1": text.encode()}))
    assert made.startswith("<powershell>")
    assert made.count("</powershell>") == 1


def test_what_says_another_language_than_its_name_is_that_language() -> None:
    assert user_data("platform: linux\nuserData: {file: boot.ps1}", {"boot.ps1": b"#!/usr/bin/pwsh\n"}) == (
        "#!/usr/bin/pwsh\n"
    )


def test_powershell_that_stands_in_the_file_is_known_by_its_tags() -> None:
    text = 'userData: {inline: "<powershell>\\nInstall-Thing\\n</powershell>"}\nreadiness: {}'
    assert rendered(user_data(text)).startswith("<powershell>")


PLACE, CONFIGURE = S3Location("b", "boot.sh"), S3Location("b", "conf.sh")


@pytest.mark.parametrize(
    ("launch", "expected"),
    [
        (Launch(), {}),
        (Launch(user_data=UserData(inline="#!/bin/sh")), {}),
        (Launch(user_data=UserData(s3_location=PLACE)), {"user_data": PLACE}),
        (
            Launch(user_data=UserData(s3_location=PLACE), configure_script=CONFIGURE),
            {"user_data": PLACE, "configure_script": CONFIGURE},
        ),
        # What the server can fetch for itself stays where it is.
        (Launch(configure_script=CONFIGURE, iam_instance_profile_name="p"), {}),
        (Launch(configure_script=CONFIGURE, create_instance_profile=True), {}),
        (Launch(user_data=UserData(s3_location=PLACE), iam_instance_profile_name="p"), {"user_data": PLACE}),
    ],
)
def test_which_scripts_may_stand_in_the_user_data(launch: Launch, expected: dict[str, S3Location]) -> None:
    assert embeddable(launch) == expected
