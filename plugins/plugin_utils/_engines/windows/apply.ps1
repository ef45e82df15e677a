# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Takes the steps of one piece of work and puts out one JSON text: which rows failed, and whether a revert is armed.
# Windows PowerShell 5.1. The journal is written before the first step. Steps that can cut the connection come last,
# under a scheduled task that takes them back unless the step "disarm" comes first, over a new connection.
# The scheduled task runs this same script. Whether a step had its effect is not judged here: what is to be looked at
# after it comes along, as the script collect.ps1 and its question.

[CmdletBinding()]
param([string] $Work, [string] $WorkFile)

$ErrorActionPreference = 'Stop'
if ($WorkFile) { $Work = [System.IO.File]::ReadAllText($WorkFile) }
$job = ConvertFrom-Json -InputObject $Work
$errors = @{}
$all = "$env:ProgramData\commune-baseline"
$mine = "$all\$($job.run)"
$file = "$mine\$($job.call)" # a run may come to one machine several times

function Assert-Success([string] $Program) {
    if ($LASTEXITCODE -ne 0) { throw "$Program ended with exit code $LASTEXITCODE" }
}

function New-ClosedFolder([string] $Path) {
    # ProgramData is open to every user; what lies here is run by the system and must be nobody else's.
    if ([System.IO.Directory]::Exists($Path)) {
        if ([int] [System.IO.File]::GetAttributes($Path) -band 1024) { throw "$Path is a link to another folder" }
        $owner = (Get-Acl -LiteralPath $Path).GetOwner([System.Security.Principal.SecurityIdentifier]).Value
        if ($owner -ne 'S-1-5-32-544') { throw "$Path belongs to $owner and not to the administrators" }
        return
    }
    $null = [System.IO.Directory]::CreateDirectory($Path)
    $null = icacls.exe $Path /setowner '*S-1-5-32-544' /q
    Assert-Success 'icacls'
    $null = icacls.exe $Path /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' /q
    Assert-Success 'icacls'
}

function Set-Registry($Step) {
    $hive = 'LocalMachine'
    $path = $Step.key
    if ($Step.hive -ne 'machine') {
        $hive = 'Users'
        $path = "$($Step.hive)\$($Step.key)"
    }
    $root = [Microsoft.Win32.RegistryKey]::OpenBaseKey($hive, 'Registry64')
    if ($Step.delete) {
        $key = $root.OpenSubKey($path, $true)
        if ($null -ne $key) { $key.DeleteValue($Step.name, $false) }
        return
    }
    $value = $Step.value
    if ($Step.type -eq 'DWord') { $value = [int] $value }
    if ($Step.type -eq 'QWord') { $value = [int64] $value }
    if ($Step.type -eq 'Binary') { $value = [byte[]] $value }
    if ($Step.type -eq 'MultiString') { $value = [string[]] $value }
    $root.CreateSubKey($path).SetValue($Step.name, $value, $Step.type)
}

function Set-Template($Step) {
    $template = "$file.inf"
    $database = "$file.sdb"
    try {
        [System.IO.File]::WriteAllText($template, $Step.text, [System.Text.Encoding]::Unicode)
        $null = secedit.exe /configure /db $database /cfg $template /areas SECURITYPOLICY USER_RIGHTS /quiet
        Assert-Success 'secedit'
    } finally {
        [System.IO.File]::Delete($template)
        [System.IO.File]::Delete($database)
    }
}

function Set-Audit($Step) {
    $words = @{ True = 'enable'; False = 'disable' }
    $success = $words["$($Step.success)"]
    $failure = $words["$($Step.failure)"]
    $null = auditpol.exe /set "/subcategory:$($Step.guid)" "/success:$success" "/failure:$failure"
    Assert-Success 'auditpol'
}

function Set-Account($Step) {
    if ($null -ne $Step.password_expires) {
        Set-LocalUser -SID $Step.sid -PasswordNeverExpires (-not $Step.password_expires)
    } elseif ($Step.enabled) {
        Enable-LocalUser -SID $Step.sid
    } else {
        Disable-LocalUser -SID $Step.sid
    }
}

function Set-ServiceState($Step) {
    if (-not $Step.running) { Stop-Service -Name $Step.name -Force }
    Set-Service -Name $Step.name -StartupType $Step.start
    if ($Step.running) { Start-Service -Name $Step.name }
}

function Set-Defender($Step) {
    $preference = @{}
    $preference[$Step.name] = $Step.value
    Set-MpPreference @preference
}

function Set-Firewall($Step) {
    if ($null -ne $Step.enabled) { Set-NetFirewallProfile -Name $Step.name -Enabled $Step.enabled }
    if ($null -ne $Step.inbound) { Set-NetFirewallProfile -Name $Step.name -DefaultInboundAction $Step.inbound }
}

function Set-Rule($Step) {
    if ($null -ne $Step.remote) { Set-NetFirewallRule -Name $Step.name -RemoteAddress $Step.remote }
    if ($null -ne $Step.enabled) { Set-NetFirewallRule -Name $Step.name -Enabled $Step.enabled }
}

function Set-RuleSet($Step) {
    if ($null -ne $Step.names) { # those of others, switched on or off together
        Set-NetFirewallRule -Name $Step.names -Enabled $Step.enabled
        return
    }
    Remove-NetFirewallRule -Name $Step.name -ErrorAction SilentlyContinue # there may be none
    if ($Step.absent) { return }
    $rule = @{ Name = $Step.name; DisplayName = $Step.name; Direction = 'Inbound'; Action = 'Allow' }
    $rule['Enabled'] = $Step.enabled
    $rule['Protocol'] = $Step.protocol
    $rule['RemoteAddress'] = $Step.remote
    if ($Step.ports) { $rule['LocalPort'] = $Step.ports }
    if ($Step.far) { $rule['RemotePort'] = $Step.far }
    if ($Step.icmp) { $rule['IcmpType'] = $Step.icmp }
    $null = New-NetFirewallRule @rule
}

function Set-Feature($Step) {
    if ($Step.enabled) {
        $null = Enable-WindowsOptionalFeature -Online -FeatureName $Step.name -All -NoRestart
    } else {
        $null = Disable-WindowsOptionalFeature -Online -FeatureName $Step.name -NoRestart
    }
}

function Set-TaskState($Step) {
    if ($Step.enabled) {
        $null = Enable-ScheduledTask -TaskPath $Step.path -TaskName $Step.name
    } else {
        $null = Disable-ScheduledTask -TaskPath $Step.path -TaskName $Step.name
    }
}

function Set-Log($Step) {
    if ($null -ne $Step.size) { $null = wevtutil.exe set-log $Step.name "/maxsize:$($Step.size)" }
    if ($null -ne $Step.mode) {
        $retention = @{ Circular = 'false'; AutoBackup = 'true'; Retain = 'true' }
        $backup = @{ Circular = 'false'; AutoBackup = 'true'; Retain = 'false' }
        $null = wevtutil.exe set-log $Step.name "/retention:$($retention[$Step.mode])" "/autobackup:$($backup[$Step.mode])"
    }
    Assert-Success 'wevtutil'
}

function Set-Share($Step) {
    Set-SmbShare -Name $Step.name -SecurityDescriptor $Step.access -Force
}

function Set-Disarmed($Step) {
    Unregister-ScheduledTask -TaskName $job.task -Confirm:$false
}

function Invoke-Step($Steps) {
    foreach ($one in $Steps) {
        try {
            & "Set-$($one.kind)" $one
        } catch {
            foreach ($row in $one.rows) { $errors[$row] = $_.Exception.Message }
        }
    }
}

function Register-Revert($Revert) {
    [System.IO.File]::WriteAllText("$file-revert.json", $Revert.work)
    [System.IO.File]::WriteAllText("$file-apply.ps1", $Revert.script)
    $program = "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe"
    $call = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File $file-apply.ps1 -WorkFile $file-revert.json"
    $action = New-ScheduledTaskAction -Execute $program -Argument $call
    $then = (Get-Date).AddSeconds($Revert.seconds)
    $trigger = New-ScheduledTaskTrigger -Once -At $then
    $principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
    $settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
    $null = Register-ScheduledTask -TaskName $job.task -Action $action -Trigger $trigger -Principal $principal -Settings $settings
}

if ($job.journal) {
    New-ClosedFolder $all
    New-ClosedFolder $mine
    [System.IO.File]::WriteAllText("$file.json", $job.journal)
}
Invoke-Step $job.steps
$armed = $false
if ($job.late) {
    Register-Revert $job.revert
    $armed = $true
    Invoke-Step $job.late
}
$seen = ''
if ($job.look) {
    $look = [scriptblock]::Create($job.look.script)
    $seen = [string] (& $look -Question $job.look.question)
}
ConvertTo-Json -InputObject @{ errors = $errors; armed = $armed; seen = $seen } -Depth 3 -Compress
