# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads what earlier calls of a run kept on this machine and puts out one JSON text. It changes nothing.
# Windows PowerShell 5.1.

[CmdletBinding(SupportsShouldProcess)]
param([Parameter(Mandatory)] [string] $Run)

$ErrorActionPreference = 'Stop'
$WhatIfPreference = $false # check mode is for scripts that write
$mine = "$env:ProgramData\commune-baseline\$Run"
$journals = @()

if ([System.IO.Directory]::Exists($mine)) {
    $owner = (Get-Acl -LiteralPath $mine).GetOwner([System.Security.Principal.SecurityIdentifier]).Value
    if ($owner -ne 'S-1-5-32-544') { throw "$mine belongs to $owner and not to the administrators" }
    foreach ($path in [System.IO.Directory]::GetFiles($mine)) {
        if ($path -match '\\[0-9]+\.json$') {
            $journals += @{ path = $path; text = [System.IO.File]::ReadAllText($path) }
        }
    }
}

ConvertTo-Json -InputObject @{ journals = $journals } -Depth 4 -Compress
