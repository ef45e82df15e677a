# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a simulated Windows machine, in terms of Windows, and the time that passes on it."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t
from collections.abc import Callable

from tests.doubles.windows import rules
from tests.doubles.windows.components import Components
from tests.doubles.windows.registry import Registry
from tests.doubles.windows.values import PowerShellError, Record

# What an unconfigured Windows 11 of one owner exports (secedit /export), as Microsoft documents the defaults.
_TEMPLATE = {
    "System Access": {
        "MinimumPasswordAge": "0",
        "MaximumPasswordAge": "42",
        "MinimumPasswordLength": "0",
        "PasswordComplexity": "0",
        "PasswordHistorySize": "0",
        "LockoutBadCount": "10",
        "ResetLockoutCount": "10",
        "LockoutDuration": "10",
        "AllowAdministratorLockout": "1",
        "NewAdministratorName": '"Administrator"',
        "NewGuestName": '"Guest"',
        "ClearTextPassword": "0",
        "EnableAdminAccount": "0",
        "EnableGuestAccount": "0",
    },
    "Privilege Rights": {
        "SeNetworkLogonRight": "*S-1-1-0,*S-1-5-32-544,*S-1-5-32-545,*S-1-5-32-551",
        "SeDenyNetworkLogonRight": "Guest",
        "SeRemoteInteractiveLogonRight": "*S-1-5-32-544,*S-1-5-32-555",
    },
}
# Audit subcategories by GUID, with their English names and the setting (1 success, 2 failure).
_AUDIT = {
    "{0CCE9215-69AE-11D9-BED3-505054503030}": ("Logon", 3),
    "{0CCE9216-69AE-11D9-BED3-505054503030}": ("Logoff", 1),
    "{0CCE9217-69AE-11D9-BED3-505054503030}": ("Account Lockout", 1),
    "{0CCE921B-69AE-11D9-BED3-505054503030}": ("Special Logon", 1),
    "{0CCE9235-69AE-11D9-BED3-505054503030}": ("User Account Management", 1),
    "{0CCE9237-69AE-11D9-BED3-505054503030}": ("Security Group Management", 1),
    "{0CCE922F-69AE-11D9-BED3-505054503030}": ("Audit Policy Change", 1),
    "{0CCE923F-69AE-11D9-BED3-505054503030}": ("Credential Validation", 0),
    "{0CCE9210-69AE-11D9-BED3-505054503030}": ("Security State Change", 1),
    "{0CCE9212-69AE-11D9-BED3-505054503030}": ("System Integrity", 3),
    "{0CCE9245-69AE-11D9-BED3-505054503030}": ("Removable Storage", 0),
    "{0CCE922B-69AE-11D9-BED3-505054503030}": ("Process Creation", 0),
}


# WLAN_profile schema, as Microsoft Learn documents it (nativewifi: WLANProfile, authEncryption, sharedKey).
_NETWORK = """<?xml version="1.0"?>
<WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1">
<name>{name}</name><SSIDConfig><SSID><name>{name}</name></SSID></SSIDConfig>
<connectionType>ESS</connectionType><connectionMode>auto</connectionMode>
<MSM><security><authEncryption><authentication>{authentication}</authentication>
<encryption>{cipher}</encryption><useOneX>false</useOneX></authEncryption>{key}</security></MSM></WLANProfile>
"""
_KEY = "<sharedKey><keyType>passPhrase</keyType><protected>true</protected><keyMaterial>{key}</keyMaterial></sharedKey>"


@dataclasses.dataclass
class Words:
    """What the programs of a language print; texts by which no script may judge."""

    audit_head: str = (
        "Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value"
    )
    audit_settings: t.Sequence[str] = ("No Auditing", "Success", "Failure", "Success and Failure")
    system: str = "System"
    done: str = "The task has completed successfully."


@dataclasses.dataclass
class Machine:
    """A PC of a workgroup as it comes; tests change what they like."""

    registry: Registry = dataclasses.field(default_factory=Registry)
    template: dict[str, dict[str, str]] = dataclasses.field(
        default_factory=lambda: {section: dict(keys) for section, keys in _TEMPLATE.items()}
    )
    name: str = "PC"
    serial: str = "PC-0001"
    template_encoding: str = "utf-16"
    audit: dict[str, tuple[str, int]] = dataclasses.field(default_factory=lambda: dict(_AUDIT))
    audit_encoding: str = "utf-8"
    words: Words = dataclasses.field(default_factory=Words)
    sid: str = "S-1-5-21-1000-2000-3000"
    user: str = "S-1-5-21-1000-2000-3000-1001"
    accounts: dict[str, Record] = dataclasses.field(default_factory=dict)
    groups: dict[str, list[str]] = dataclasses.field(default_factory=dict)  # SIDs of members, by that of the group
    known_names: dict[str, str] = dataclasses.field(default_factory=dict)  # of accounts of a domain, by SID
    services: dict[str, Record] = dataclasses.field(default_factory=dict)
    firewall: dict[str, Record] = dataclasses.field(default_factory=dict)
    active_profile: str = "Private"
    remoting_allowed: bool = True
    rules: list[Record] = dataclasses.field(default_factory=rules.of_windows)
    controller: str = "10.1.20.2"
    defender_status: Record | None = None
    defender_preference: Record = dataclasses.field(default_factory=Record)
    tamper_protected: bool = False
    antivirus: list[Record] | None = None
    system: Record = dataclasses.field(default_factory=Record)
    part_of_domain: bool = False
    profiles: list[str] = dataclasses.field(default_factory=list)
    form: int = 1  # Win32_ComputerSystem.PCSystemType: 1 desktop, 2 mobile
    volumes: list[Record] | None = None
    searched: datetime.datetime | None = None
    search_result: int = 2
    pending: list[Record] = dataclasses.field(default_factory=list)
    domain_settings: list[Record] = dataclasses.field(default_factory=list)  # RSOP_RegistryPolicySetting
    domain_security: list[Record] = dataclasses.field(default_factory=list)  # of classes below RSOP_SecuritySettings
    files: dict[str, bytes] = dataclasses.field(default_factory=dict)
    folders: set[str] = dataclasses.field(default_factory=set)
    owners: dict[str, str] = dataclasses.field(default_factory=dict)
    links: set[str] = dataclasses.field(default_factory=set)
    components: Components = dataclasses.field(default_factory=Components)
    tasks: dict[str, Record] = dataclasses.field(default_factory=dict)
    broken: set[str] = dataclasses.field(default_factory=set)
    writes: list[str] = dataclasses.field(default_factory=list)
    lag: datetime.timedelta = datetime.timedelta()
    run_task: Callable[[Record], None] | None = None

    def __post_init__(self) -> None:
        for key in ("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion", "HKLM\\SYSTEM\\CurrentControlSet\\Services"):
            self.registry.create(key)
        self._install()
        for hive in (".DEFAULT", "S-1-5-18", self.user, f"{self.user}_Classes"):
            self.registry.create(f"HKU\\{hive}\\Software")
        self.profiles += ["S-1-5-18", "S-1-5-19", "S-1-5-20", self.user]
        self.add_account(500, "Administrator", disabled=True)
        self.add_account(501, "Guest", disabled=True)
        self.add_account(503, "DefaultAccount", disabled=True)
        self.add_account(1001, "officer", disabled=False)
        self.groups["S-1-5-32-544"] = [f"{self.sid}-500", f"{self.sid}-1001"]
        for name in ("Domain", "Private", "Public"):
            self.firewall[name] = Record({"Name": name, "Enabled": "True", "DefaultInboundAction": "Block"})
        self.defender_status = Record({
            "AMServiceEnabled": True, "AMRunningMode": "Normal", "RealTimeProtectionEnabled": True,
            "OnAccessProtectionEnabled": True, "IoavProtectionEnabled": True, "BehaviorMonitorEnabled": True,
            "AntivirusSignatureAge": 0, "FullScanAge": 4294967295, "QuickScanAge": 1,
        })  # fmt: skip
        self.defender_preference = Record({
            "DisableRealtimeMonitoring": False, "DisableRemovableDriveScanning": True, "DisableCatchupFullScan": True,
            "ScanScheduleDay": 0, "ScanParameters": 1,
        })  # fmt: skip
        self.antivirus = [Record({"displayName": "Windows Defender", "productState": 397568})]
        self.system = Record({"Version": "10.0.26200", "BuildNumber": "26200", "ProductType": 1})

    def add_account(self, rid: int, name: str, *, disabled: bool) -> None:
        self.accounts[f"{self.sid}-{rid}"] = Record({
            "SID": f"{self.sid}-{rid}", "Name": name, "Disabled": disabled, "PasswordExpires": rid > 1000,
            "PasswordRequired": rid not in (501, 503),
        })  # fmt: skip

    def _install(self) -> None:
        """Be a Windows 11 25H2 with the cumulative update of a week ago, its C: encrypted, and no programs."""
        windows = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
        self.registry.set(windows, "CurrentBuildNumber", "String", "26200")
        self.registry.set(windows, "UBR", "DWord", 6584)
        self.registry.set(windows, "EditionID", "String", "Professional")
        week_ago = self.now() - datetime.timedelta(days=7)
        self.add_rollup("26100.6584.1.9", installed=week_ago)
        for name, start in (("wuauserv", 3), ("UsoSvc", 2)):
            self.registry.set(f"HKLM\\SYSTEM\\CurrentControlSet\\Services\\{name}", "Start", "DWord", start)
        self.searched = self.now() - datetime.timedelta(hours=3)
        self.add_volume("C:", 0)

    def add_rollup(self, version: str, *, installed: datetime.datetime, state: int = 112) -> None:
        """Add a cumulative update as the servicing stack keeps it; its build is that before an enablement package."""
        packages = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages"
        key = f"{packages}\\Package_for_RollupFix~31bf3856ad364e35~amd64~~{version}"
        since_1601 = installed - datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
        high, low = divmod(since_1601 // datetime.timedelta(microseconds=1) * 10, 1 << 32)
        for name, number in (("CurrentState", state), ("InstallTimeHigh", high), ("InstallTimeLow", low)):
            self.registry.set(key, name, "DWord", number)

    def add_volume(self, letter: str, kind: int, *, protection: int = 1, conversion: int = 1, method: int = 7) -> None:
        """Add a volume of BitLocker in the numbers of Win32_EncryptableVolume; XTS-AES 256 on unless told otherwise."""
        self.volumes = [*(self.volumes or ()), Record({
            "DriveLetter": letter, "VolumeType": kind, "ProtectionStatus": protection, "ConversionStatus": conversion,
            "EncryptionMethod": method,
        })]  # fmt: skip

    def add_program(self, name: str, publisher: str = "", *, origin: str = "HKLM\\SOFTWARE", **values: t.Any) -> None:
        """Add a program as its setup registers it for Settings, Apps."""
        key = f"{origin}\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{{{len(self.registry.keys)}}}"
        for own, value in {"DisplayName": name, "Publisher": publisher, **values}.items():
            self.registry.set(key, own, "DWord" if isinstance(value, int) else "String", value)

    def add_network(self, name: str, authentication: str, cipher: str, *, key: str | None = None) -> None:
        """Add a profile as the WLAN service keeps it, with its key."""
        shared = "" if key is None else _KEY.format(key=key)
        text = _NETWORK.format(name=name, authentication=authentication, cipher=cipher, key=shared)
        folder = "C:\\ProgramData\\Microsoft\\Wlansvc\\Profiles\\Interfaces\\{0}"
        self.files[f"{folder}\\{{{len(self.files)}}}.xml"] = text.encode("utf-8-sig")

    def now(self) -> datetime.datetime:
        return datetime.datetime.now().astimezone() + self.lag

    def is_reachable(self) -> bool:
        """Tell whether the firewall lets a new connection of remote management in."""
        profile = self.firewall[self.active_profile]
        blocks = profile["Enabled"] == "True" and profile["DefaultInboundAction"] != "Allow"
        allowed = self.remoting_allowed and rules.lets_in(self.rules, 5986, self.controller)
        return allowed or not blocks

    def run_due_tasks(self) -> None:
        """Do what the task scheduler would have done by now."""
        for name, task in list(self.tasks.items()):
            if task["At"] <= self.now() and self.run_task is not None:
                del self.tasks[name]
                self.run_task(task)

    def changed(self, what: str) -> None:
        """Note a write, for tests that want to know whether there was any."""
        self.writes.append(what)

    def require(self, what: str) -> None:
        """Fail as a part of the machine that a test broke."""
        if what in self.broken:
            raise PowerShellError(f"{what}: The service cannot be started.")
