#!/usr/bin/env bash
# Installs the smsgen that this action is of into an environment of its own, once a job.
# In: PYTHON (optional), RUNNER_TEMP, GITHUB_ACTION_PATH. Out: the output `python`.
set -euo pipefail

python=${PYTHON:-python3}
key=$(printf '%s' "$GITHUB_ACTION_PATH" | cksum | cut -d ' ' -f 1)
folder=$RUNNER_TEMP/smsgen-action-$key

# Isolated (-I): the current folder is the pull request's, and nothing in it may be imported.
if ! "$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo '::error title=smsgen::Python 3.11 or later is needed; see the input python-version'
    exit 1
fi
if [ ! -e "$folder/installed" ]; then
    "$python" -I -m venv --clear --without-pip "$folder"
    "$python" -I -m pip --python "$folder/bin/python" install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH"
    touch "$folder/installed"
fi
echo "python=$folder/bin/python" >>"$GITHUB_OUTPUT"
