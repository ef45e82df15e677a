# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads what the question asks of this machine and puts out one JSON text; every section fails by itself.
# Windows PowerShell 5.1. It changes nothing: two programs can only write to a file, which is read and deleted.
# No text that Windows translates is read: accounts are known by SID, audit subcategories by GUID.

[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory)] [string] $Question)

$ErrorActionPreference = 'Stop'
$WhatIfPreference = $false # check mode is for scripts that write
$asked = ConvertFrom-Json -InputObject $Question
$sections = @{}
$errors = @{}

function Read-Section([string] $Name, [scriptblock] $Read) {
    if ($asked.sections -notcontains $Name) { return }
    try { $sections[$Name] = @(& $Read) } catch { $errors[$Name] = $_.Exception.Message }
}

function Get-Export([scriptblock] $Export) {
    $file = [System.IO.Path]::GetTempFileName()
    try {
        [System.IO.File]::Delete($file) # neither program says what it does with a file that is there
        $null = & $Export $file
        if ($LASTEXITCODE -ne 0) { throw "exit code $LASTEXITCODE" }
        [System.Convert]::ToBase64String([System.IO.File]::ReadAllBytes($file))
    } finally {
        [System.IO.File]::Delete($file)
    }
}

function Get-ById($Filters) {
    # A rule of the domain and one of this machine may have the same id: then neither can be told.
    $found = @{}
    foreach ($one in $Filters) {
        $id = $one.InstanceID
        if ($found.ContainsKey($id)) { $found[$id] = $null } else { $found[$id] = $one }
    }
    $found
}

function Get-Value($Root, [string] $Hive, [string] $Prefix, $Places) {
    foreach ($place in $Places) {
        try {
            $key = $Root.OpenSubKey("$Prefix$($place.key)")
            if ($null -eq $key) { continue }
            $own = $key.GetValueNames()
            $values = @{}
            foreach ($name in $place.names) {
                if ($own -contains $name) {
                    $value = $key.GetValue($name, $null, 'DoNotExpandEnvironmentNames')
                    $values[$name] = @{ type = [string] $key.GetValueKind($name); value = $value }
                }
            }
            $key.Close()
            @{ hive = $Hive; key = $place.key; values = $values }
        } catch {
            @{ hive = $Hive; key = $place.key; error = $_.Exception.Message }
        }
    }
}

Read-Section 'system' {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $user = [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value
    @{ version = $system.Version; product = $system.ProductType; domain = $computer.PartOfDomain; user = $user }
}

Read-Section 'registry' {
    $root = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    Get-Value $root 'machine' '' $asked.machine
}

Read-Section 'user_registry' {
    $root = [Microsoft.Win32.RegistryKey]::OpenBaseKey('Users', 'Registry64')
    $people = '^S-1-(5-21|12-1)-[0-9-]+$' # of this machine, a domain or Entra ID
    $loaded = $root.GetSubKeyNames()
    foreach ($sid in $loaded) {
        if ($sid -match $people) {
            @{ hive = $sid }
            Get-Value $root $sid "$sid\" $asked.users
        }
    }
    foreach ($one in Get-CimInstance -ClassName Win32_UserProfile) { # to load a registry is to write
        if ($one.SID -match $people -and $loaded -notcontains $one.SID) { @{ away = $one.SID } }
    }
}

Read-Section 'template' {
    Get-Export { secedit.exe /export /cfg $args[0] /areas SECURITYPOLICY USER_RIGHTS /quiet }
}

Read-Section 'audit' {
    Get-Export { auditpol.exe /backup "/file:$($args[0])" }
}

Read-Section 'accounts' {
    foreach ($account in Get-CimInstance -ClassName Win32_UserAccount -Filter 'LocalAccount=TRUE') {
        @{
            sid = $account.SID
            name = $account.Name
            enabled = -not $account.Disabled
            password_expires = $account.PasswordExpires
            password_required = $account.PasswordRequired
        }
    }
}

Read-Section 'services' {
    foreach ($service in Get-CimInstance -ClassName Win32_Service) {
        if ($asked.services -contains $service.Name) {
            @{ name = $service.Name; start = $service.StartMode; state = $service.State }
        }
    }
}

Read-Section 'features' {
    foreach ($feature in Get-WindowsOptionalFeature -Online) {
        if ($asked.features -contains $feature.FeatureName) {
            @{ name = $feature.FeatureName; state = [string] $feature.State }
        }
    }
}

Read-Section 'tasks' {
    foreach ($one in Get-ScheduledTask) {
        $path = "$($one.TaskPath)$($one.TaskName)"
        if ($asked.tasks -contains $path) { @{ task = $path; state = [int] $one.State } }
    }
}

Read-Section 'logs' {
    foreach ($name in $asked.logs) {
        try {
            $log = Get-WinEvent -ListLog $name
            @{ name = $name; size = $log.MaximumSizeInBytes; mode = [int] $log.LogMode }
        } catch {
            @{ name = $name; error = $_.Exception.Message }
        }
    }
}

Read-Section 'shares' {
    foreach ($share in Get-SmbShare) {
        if (-not $share.Special -and [int] $share.ShareType -eq 0) { # a folder, and not one for administrators
            @{ name = $share.Name; path = $share.Path; access = $share.SecurityDescriptor }
        }
    }
}

Read-Section 'firewall' {
    foreach ($one in Get-NetFirewallProfile -PolicyStore ActiveStore) {
        @{ name = $one.Name; enabled = [string] $one.Enabled; inbound = [string] $one.DefaultInboundAction }
    }
}

Read-Section 'rules' {
    $ports = Get-ById (Get-NetFirewallPortFilter -PolicyStore ActiveStore) # all at once: one by one takes minutes
    $addresses = Get-ById (Get-NetFirewallAddressFilter -PolicyStore ActiveStore)
    $programs = Get-ById (Get-NetFirewallApplicationFilter -PolicyStore ActiveStore)
    $services = Get-ById (Get-NetFirewallServiceFilter -PolicyStore ActiveStore)
    foreach ($rule in Get-NetFirewallRule -PolicyStore ActiveStore) {
        $port = $ports[$rule.InstanceID]
        $program = $programs[$rule.InstanceID]
        $wanted = $asked.rules -contains $rule.Name
        $open = [string] $rule.Enabled -eq 'True' -and [string] $rule.Action -eq 'Allow'
        if ($open -and [string] $rule.Direction -eq 'Inbound') {
            if ($asked.groups -contains $rule.Group -or $null -eq $port) { $wanted = $true }
            foreach ($one in $port.LocalPort) {
                if ($asked.ports -contains $one -or $one -match '^[0-9]+-') { $wanted = $true }
                if ($one -eq 'Any' -and -not $program.Package -and $program.Program -match '^(Any|System|.*svchost.exe)$') {
                    $wanted = $true # for whatever the system itself runs
                }
            }
        }
        if ($wanted) {
            @{
                name = $rule.Name
                group = $rule.Group
                store = [string] $rule.PolicyStoreSourceType
                enabled = [string] $rule.Enabled
                direction = [string] $rule.Direction
                action = [string] $rule.Action
                protocol = $port.Protocol
                ports = @($port.LocalPort)
                remote = @($addresses[$rule.InstanceID].RemoteAddress)
                service = $services[$rule.InstanceID].Service
            }
        }
    }
}

Read-Section 'defender' {
    $status = Get-MpComputerStatus
    $preference = Get-MpPreference
    $found = @{ mode = [string] $status.AMRunningMode }
    foreach ($name in $asked.defender) {
        $found[$name] = $status.$name
        if ($null -eq $found[$name]) { $found[$name] = $preference.$name }
    }
    $found
}

Read-Section 'antivirus' {
    foreach ($product in Get-CimInstance -Namespace root/SecurityCenter2 -ClassName AntiVirusProduct) {
        @{ name = $product.displayName; state = $product.productState }
    }
}

Read-Section 'domain' {
    foreach ($setting in Get-CimInstance -Namespace root/rsop/computer -ClassName RSOP_RegistryPolicySetting) {
        @{ key = $setting.registryKey; name = $setting.valueName }
    }
}

ConvertTo-Json -InputObject @{ sections = $sections; errors = $errors } -Depth 7 -Compress
