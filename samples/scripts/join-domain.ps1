# Give the server its old name back; the image was made under another one.
$wanted = (Get-ItemProperty 'HKLM:\SOFTWARE\Example\Migration').ComputerName
if ($wanted -and $env:COMPUTERNAME -ne $wanted) {
    Rename-Computer -NewName $wanted -Force
}
Write-Output "The server is ${env:COMPUTERNAME}"
