# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads what the question asks of this machine and puts out one JSON text; every section fails by itself.
# Windows PowerShell 5.1. It changes nothing: two programs can only write to a file, which is read and deleted.
# No text that Windows translates is read: accounts are known by SID, audit subcategories by GUID, times are FILETIMEs.

[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory)] [string] $Question)

$ErrorActionPreference = 'Stop'
$WhatIfPreference = $false # check mode is for scripts that write
$asked = ConvertFrom-Json -InputObject $Question
$sections = @{}
$errors = @{}
$machine = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
$users = [Microsoft.Win32.RegistryKey]::OpenBaseKey('Users', 'Registry64')

function Read-Section([string] $Name, [scriptblock] $Read) {
    if ($asked.sections -notcontains $Name) { return }
    try { $sections[$Name] = @(& $Read) } catch { $errors[$Name] = $_.Exception.Message }
}

function Get-Content64([string] $Path) {
    [System.Convert]::ToBase64String([System.IO.File]::ReadAllBytes($Path))
}

function Get-Export([scriptblock] $Export) {
    $file = [System.IO.Path]::GetTempFileName()
    try {
        [System.IO.File]::Delete($file) # neither program says what it does with a file that is there
        $null = & $Export $file
        if ($LASTEXITCODE -ne 0) { throw "exit code $LASTEXITCODE" }
        Get-Content64 $file
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

function Get-Person($Sids) {
    foreach ($sid in $Sids) {
        if ($sid -match '^S-1-(5-21|12-1)-[0-9-]+$') { $sid } # of this machine, a domain or Entra ID
    }
}

function Get-Away {
    # Those whose registry is not loaded; to load it is to write.
    $loaded = $users.GetSubKeyNames()
    foreach ($one in Get-CimInstance -ClassName Win32_UserProfile) {
        if ($loaded -notcontains $one.SID) { Get-Person ($one.SID) }
    }
}

function Get-Program($Root, [string] $Origin, [string] $Path) {
    $key = $Root.OpenSubKey("$Path\Microsoft\Windows\CurrentVersion\Uninstall")
    if ($null -eq $key) { return }
    foreach ($name in $key.GetSubKeyNames()) {
        $own = $key.OpenSubKey($name)
        @{
            origin = $Origin
            name = [string] $own.GetValue('DisplayName')
            version = [string] $own.GetValue('DisplayVersion')
            publisher = [string] $own.GetValue('Publisher')
            parent = [string] $own.GetValue('ParentKeyName')
            system = $own.GetValue('SystemComponent')
        }
    }
}

function Get-FileTime($Moment) {
    if ($null -eq $Moment) { return $null } # nothing at all would become {} in JSON
    $Moment.ToFileTimeUtc()
}

Read-Section 'system' {
    $system = Get-CimInstance -ClassName Win32_OperatingSystem
    $computer = Get-CimInstance -ClassName Win32_ComputerSystem
    $user = [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value
    @{
        version = $system.Version
        product = $system.ProductType
        domain = $computer.PartOfDomain
        form = $computer.PCSystemType
        user = $user
        time = Get-FileTime ([System.DateTime]::UtcNow)
    }
}

Read-Section 'registry' {
    Get-Value $machine 'machine' '' $asked.machine
}

Read-Section 'user_registry' {
    foreach ($sid in Get-Person ($users.GetSubKeyNames())) {
        @{ hive = $sid }
        Get-Value $users $sid "$sid\" $asked.users
    }
    foreach ($sid in Get-Away) { @{ away = $sid } }
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

Read-Section 'members' {
    foreach ($group in $asked.members) {
        foreach ($member in Get-LocalGroupMember -SID $group) {
            @{ group = $group; name = $member.Name; sid = $member.SID.Value }
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
                far = @($port.RemotePort)
                icmp = @($port.IcmpType)
                remote = @($addresses[$rule.InstanceID].RemoteAddress)
                service = $services[$rule.InstanceID].Service
            }
        }
    }
}

Read-Section 'inbound' {
    $names = @{} # by their store, for there are hundreds
    foreach ($rule in Get-NetFirewallRule -PolicyStore ActiveStore -Direction Inbound -Enabled True -Action Allow) {
        $names[[string] $rule.PolicyStoreSourceType] += @($rule.Name)
    }
    foreach ($store in $names.Keys) { @{ store = $store; names = @($names[$store]) } }
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
        @{ key = $setting.registryKey; name = $setting.valueName; policy = $setting.GPOID }
    }
    foreach ($setting in Get-CimInstance -Namespace root/rsop/computer -ClassName RSOP_SecuritySettings) {
        @{
            setting = $setting.KeyName
            right = $setting.UserRight
            category = $setting.Category
            service = $setting.Service
            path = $setting.Path
            policy = $setting.GPOID
        }
    }
    # The advanced audit policy is in no class: of the domain and of this machine it lies in one file, of this machine in another.
    foreach ($folder in 'security\audit', 'System32\GroupPolicy\Machine\Microsoft\Windows NT\Audit') {
        $path = "$env:SystemRoot\$folder\audit.csv"
        if ([System.IO.File]::Exists($path)) { @{ file = $folder; content = Get-Content64 $path } }
    }
}

Read-Section 'volumes' {
    $namespace = 'root/cimv2/Security/MicrosoftVolumeEncryption'
    foreach ($volume in Get-CimInstance -Namespace $namespace -ClassName Win32_EncryptableVolume) {
        @{
            letter = $volume.DriveLetter
            type = $volume.VolumeType
            protection = $volume.ProtectionStatus
            conversion = $volume.ConversionStatus
            method = $volume.EncryptionMethod
        }
    }
}

Read-Section 'programs' {
    foreach ($place in 'SOFTWARE', 'SOFTWARE\WOW6432Node') {
        Get-Program $machine 'machine' $place
        foreach ($sid in Get-Person ($users.GetSubKeyNames())) { Get-Program $users $sid "$sid\$place" }
    }
    foreach ($sid in Get-Person ($users.GetSubKeyNames())) { @{ profile = $sid; loaded = $true } }
    foreach ($sid in Get-Away) { @{ profile = $sid; loaded = $false } }
}

Read-Section 'updates' {
    $results = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results
    $searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
    $searcher.Online = $false # what the last search found; another one takes minutes and needs the network
    $found = $searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'")
    @{ searched = Get-FileTime $results.LastSearchSuccessDate; result = [int] $found.ResultCode }
    foreach ($update in $found.Updates) {
        @{
            articles = @(foreach ($article in $update.KBArticleIDs) { $article })
            severity = [string] $update.MsrcSeverity
            kinds = @(foreach ($category in $update.Categories) { $category.CategoryID })
            published = Get-FileTime $update.LastDeploymentChangeTime
        }
    }
}

Read-Section 'servicing' {
    $version = $machine.OpenSubKey('SOFTWARE\Microsoft\Windows NT\CurrentVersion')
    $base = 'SOFTWARE\Microsoft\Windows\CurrentVersion'
    $restart = $false
    foreach ($flag in 'WindowsUpdate\Auto Update\RebootRequired', 'Component Based Servicing\RebootPending') {
        if ($null -ne $machine.OpenSubKey("$base\$flag")) { $restart = $true }
    }
    @{
        build = [string] $version.GetValue('CurrentBuildNumber')
        revision = $version.GetValue('UBR')
        edition = [string] $version.GetValue('EditionID')
        restart = $restart
    }
    $packages = $machine.OpenSubKey("$base\Component Based Servicing\Packages")
    foreach ($name in $packages.GetSubKeyNames()) {
        if ($name -match '^Package_for_RollupFix~') {
            $own = $packages.OpenSubKey($name)
            $high = $own.GetValue('InstallTimeHigh')
            @{ package = $name; state = $own.GetValue('CurrentState'); high = $high; low = $own.GetValue('InstallTimeLow') }
        }
    }
}

Read-Section 'wlan' {
    $folder = "$env:ProgramData\Microsoft\Wlansvc\Profiles\Interfaces"
    if (-not [System.IO.Directory]::Exists($folder)) { return }
    foreach ($path in [System.IO.Directory]::GetFiles($folder, '*.xml', 'AllDirectories')) {
        try {
            $network = ([xml] [System.IO.File]::ReadAllText($path)).WLANProfile
            $way = $network.MSM.security.authEncryption # beside it lies the key, which nobody may read
            @{ name = $network.name; type = $network.connectionType; authentication = $way.authentication; cipher = $way.encryption }
        } catch {
            @{ error = $_.Exception.Message }
        }
    }
}

$text = ConvertTo-Json -InputObject @{ sections = $sections; errors = $errors } -Depth 7 -Compress
$bytes = [System.Text.Encoding]::UTF8.GetBytes($text)
$packed = [System.IO.MemoryStream]::new()
$zip = [System.IO.Compression.GZipStream]::new($packed, [System.IO.Compression.CompressionMode]::Compress)
$zip.Write($bytes, 0, $bytes.Length)
$zip.Close()
[System.Convert]::ToBase64String($packed.ToArray())
