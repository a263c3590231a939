# The endpoint, for `docker build -t smsgen .`; compose.yaml starts it with PostgreSQL, docs/serve.md says how.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY smsgen smsgen
COPY templates templates
RUN python -m venv /opt/smsgen \
    && /opt/smsgen/bin/python -m pip install --no-cache-dir --disable-pip-version-check '.[server,postgresql,replication]' \
    && /opt/smsgen/bin/python -m compileall -q /opt/smsgen/lib

FROM python:3.13-slim
COPY --from=build /opt/smsgen /opt/smsgen
# Nothing is written outside of /tmp and the store's volume: the root file system may be read-only.
RUN install -d -o 10001 -g 10001 /var/lib/smsgen
ENV PATH=/opt/smsgen/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 SMSGEN_STORE=sqlite:////var/lib/smsgen/store.db
USER 10001:10001
VOLUME /var/lib/smsgen
EXPOSE 8471
# It lives; whether it can work is said by /ready, which a balancer asks.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8471/health', timeout=4)"]
ENTRYPOINT ["smsgen"]
CMD ["serve", "--host", "0.0.0.0", "--credentials", "/run/secrets/keys.ini"]
