"""Boot scripts, run: the Linux one in a real bash whose `aws`, `curl` and `cfn-signal` write down their calls."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from smsgen.compiler import compile_app
from smsgen.model.load import load

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


def user_data(more: str, scripts: dict[str, bytes] | None = None) -> Any:
    text = APP + "".join(f"          {line}\n" for line in more.splitlines())
    made = compile_app(load(text.encode(), "app.yaml").app, scripts=scripts)
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
        for name in ("mktemp", "date", "rm", "chmod", "cat", "bash", "sh", "hostname"):
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
    assert "-Value @'\nWrite-Output \"${env:X} $(Get-Date)\"\n'@\n" in text
    assert "Get-SmsgenObject 'sms-app-x' 'it''s/conf.ps1' $SmsgenScript" in text
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
