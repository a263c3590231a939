"""The life of an application, in any order of what callers and CloudFormation do, against a simple model."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from smsgen.model.launch import Launch
from smsgen.operations.apps import launching
from smsgen.operations.apps.configure_launch import delete_launch_configuration
from smsgen.operations.apps.manage import delete_app
from smsgen.operations.apps.world import NotPermitted
from smsgen.operations.jobs.carry_out import carry_out_one
from tests.operations.fake_stacks import Killed
from tests.operations.worlds import GOOD, Site


class LifeCycle(RuleBasedStateMachine):
    """The model: whether the configuration is there and good, whether a stack is, and what is begun."""

    @initialize()
    def create(self) -> None:
        self.gone = True
        self.begin()

    @precondition(lambda self: self.gone)
    @rule()
    def begin(self) -> None:
        self.site = Site(lease=60.0)
        self.app_id = self.site.create().app.app_id
        self.configuration: str = ""  # "", "good" or "bad"
        self.images = False
        self.image = 0
        self.begun: str = ""  # "", "launch", "terminate" or "delete"
        self.stack: str = ""  # "", "up", "failed" (its creation) or "stuck" (its deletion)
        self.gone = False

    @property
    def status(self) -> str:
        return self.site.app(self.app_id).launch.status

    # --- what callers do ---

    @precondition(lambda self: not self.gone)
    @rule(good=st.booleans())
    def configure(self, good: bool) -> None:
        launch = GOOD if good else Launch(subnet="left")
        if self.begun or self.stack == "stuck":
            refused(lambda: self.site.configure(self.app_id, launch=launch))
            return
        self.site.configure(self.app_id, launch=launch)
        self.configuration = "good" if good else "bad"
        if self.stack != "up":
            assert self.status == ("READY_FOR_LAUNCH" if good else "CONFIGURATION_INVALID")

    @precondition(lambda self: not self.gone)
    @rule()
    def forget(self) -> None:
        if self.begun or self.stack:
            refused(lambda: delete_launch_configuration(self.site.world, self.app_id))
            return
        delete_launch_configuration(self.site.world, self.app_id)
        self.configuration = ""
        assert self.status == "READY_FOR_CONFIGURATION"

    @precondition(lambda self: not self.gone)
    @rule()
    def renew_images(self) -> None:
        self.image += 1
        self.site.images(self.app_id, f"ami-{self.image:08x}")
        self.images = True

    @precondition(lambda self: not self.gone)
    @rule()
    def launch(self) -> None:
        possible = (
            not self.begun
            and self.images
            and self.stack != "stuck"
            and (self.configuration == "good" or (self.configuration == "bad" and self.stack == "up"))
        )
        if not possible:
            refused(lambda: launching.launch_app(self.site.world, self.app_id))
            return
        launching.launch_app(self.site.world, self.app_id)
        self.begun = "launch"

    @precondition(lambda self: not self.gone)
    @rule()
    def terminate(self) -> None:
        broken_off = self.begun == "launch" and self.stack != "up"
        if not (broken_off or (not self.begun and self.status in TERMINABLE)):
            refused(lambda: launching.terminate_app(self.site.world, self.app_id))
            return
        launching.terminate_app(self.site.world, self.app_id)
        self.begun = "terminate"

    @precondition(lambda self: not self.gone)
    @rule(force=st.booleans())
    def delete(self, force: bool) -> None:
        updating = self.begun == "launch" and self.stack == "up"
        stack = bool(self.begun or self.stack)
        if self.begun == "delete" or (stack and not force) or updating:
            refused(lambda: delete_app(self.site.world, self.app_id, terminate=force))
            return
        delete_app(self.site.world, self.app_id, terminate=force)
        if stack:
            self.begun = "delete"
        else:
            self.gone = True

    # --- what the world does ---

    @precondition(lambda self: self.begun and not self.gone)
    @rule(
        broken=st.booleans(),
        killed=st.sampled_from([None, "find", "execute", "create_change_set", "delete", "events"]),
        after=st.booleans(),
    )
    def work(self, broken: bool, killed: str | None, after: bool) -> None:
        aws = self.site.aws
        aws.broken = {"Vm1": "no capacity"} if broken else {}
        aws.undeletable = {"Vm2": "held"} if broken else {}
        if killed:
            aws.kill(killed, after=after)
        try:
            while carry_out_one(self.site.world, "worker-1"):
                pass
        except Killed:
            aws.revive()
            self.site.clock.sleep(120)
            while carry_out_one(self.site.world, "worker-2"):
                pass
        aws.forgive()
        self.settle()

    def settle(self) -> None:
        """Take over into the model how it ended."""
        if self.site.store.app(self.app_id) is None:
            assert self.begun == "delete"
            self.gone, self.begun, self.stack = True, "", ""
            return
        managed = self.site.app(self.app_id)
        assert self.site.store.jobs(self.app_id) == ()
        assert managed.launch.status in ENDS[self.begun], (self.begun, managed.launch)
        if managed.launch.status == "CONFIGURATION_INVALID":
            assert self.configuration == "bad"
        assert managed.status == ("DELETE_FAILED" if self.begun == "delete" else "ACTIVE")
        if self.begun == "delete":
            self.gone = True  # only DeleteApp can follow, which its own tests show
        found = aws_status(self.site, self.app_id)
        self.stack = {"ROLLBACK_COMPLETE": "failed", "DELETE_FAILED": "stuck"}.get(
            found, "up" if found else ""
        )
        assert (managed.launch.stack_id != "") == bool(found), (managed.launch, found)
        self.begun = ""

    @invariant()
    def there_is_one_stack_at_most(self) -> None:
        living = [one for one in self.site.aws.statuses(f"sms-{self.app_id}") if one != "DELETE_COMPLETE"]
        assert len(living) <= 1

    @invariant()
    def nothing_is_queued_unless_something_is_begun(self) -> None:
        if not self.begun:
            assert self.site.store.queue == []


TERMINABLE = ("LAUNCHED", "PARTIALLY_LAUNCHED", "DELTA_LAUNCH_FAILED", "LAUNCH_FAILED", "TERMINATE_FAILED")
ENDS = {
    "launch": (
        "LAUNCHED",
        "LAUNCH_FAILED",
        "DELTA_LAUNCH_FAILED",
        "CONFIGURATION_INVALID",
        "TERMINATE_FAILED",
    ),
    "terminate": ("TERMINATED", "TERMINATE_FAILED"),
    "delete": ("TERMINATE_FAILED", "READY_FOR_LAUNCH", "CONFIGURATION_INVALID"),
}


def aws_status(site: Site, app_id: str) -> str:
    found = site.aws.find(f"sms-{app_id}")
    return found.status if found else ""


def refused(call) -> None:
    try:
        call()
    except NotPermitted:
        return
    raise AssertionError("it was permitted")


TestLifeCycle = LifeCycle.TestCase
TestLifeCycle.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
