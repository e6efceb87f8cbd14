# Two stages: one installs exactly what the lock file says, the other carries the result.
FROM python:3.13-slim AS install
WORKDIR /install
COPY requirements/tools.txt requirements/base.txt ./
RUN pip install --no-cache-dir --require-hashes -r tools.txt \
    && python -m venv /venv \
    && uv pip install --no-cache --python /venv/bin/python --require-hashes -r base.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=lifecycle.settings VAR_DIR=/var/lib/lifecycle
RUN groupadd --gid 10001 lifecycle \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin lifecycle \
    && install -d -o lifecycle -g lifecycle -m 0750 /var/lib/lifecycle
COPY --from=install /venv /venv
WORKDIR /app
COPY . .
# Read-only from here on, and readable by anybody: only VAR_DIR is written to.
RUN python -m compileall -q /app && VAR_DIR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r /tmp/build
USER 10001:10001
VOLUME /var/lib/lifecycle
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "lifecycle.wsgi:application", "--bind", "0.0.0.0:8000", "--preload", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
