#!/bin/bash
set -euo pipefail
# The old data centre's address is still in the image's configuration.
sed -i "s/db01.zurich.example.com/${TICKETS_DB:-tickdb.internal}/" /etc/tickets/database.conf
systemctl restart tickets
