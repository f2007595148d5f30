#!/usr/bin/env bash
# Matters to: sites that are served by serve, the usual server for a folder of built pages;
#   a checker reads a permanent redirect as "the same page under a new address" and rewrites the link.
# Guess: page.html?id=7 is sent to page?id=7, and with --single, for apps, a file that is there is still served.
# Really: the permanent redirect drops the query. With --single page.html, although it is there, is sent on to /page for
#   good, where the app's front page is served with 200: every .html page of the site is out of reach, and nothing fails.
# For linkwarden: no repair from a permanent redirect that loses the query, nor from X.html to X if X gives what a made-up
#   address gives.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR
npm install --prefix "$tmp" --loglevel=error --no-audit --no-fund --ignore-scripts --fetch-retries=1 \
    serve@14.2.7 >"$tmp/log" 2>&1 \
    || cannot "$(grep -i -m 2 error "$tmp/log")"

cd "$tmp"
mkdir site
echo '<title>front page</title>' >site/index.html
echo '<title>the paper</title>' >site/paper.html
cat >ask.mjs <<'JS'
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const free = () => new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

async function ask(options, paths) {
  const port = await free();
  const server = spawn(process.execPath, ['node_modules/serve/build/main.js', ...options, '--no-clipboard',
    '--no-port-switching', '-l', `tcp://127.0.0.1:${port}`, 'site'], { stdio: 'ignore' });
  try {
    for (let tries = 0; ; tries += 1) {
      try {
        await fetch(`http://127.0.0.1:${port}/`);
        break;
      } catch (error) {
        if (tries === 200) throw error;
        await new Promise((done) => setTimeout(done, 100));
      }
    }
    for (const path of paths) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
      const title = (await answer.text()).match(/<title>([^<]*)/)?.[1];
      console.log(['serve', ...options, path, '->', answer.status, answer.headers.get('location') ?? title].join(' '));
    }
  } finally {
    server.kill();
  }
}

await ask([], ['/paper.html?id=7', '/paper']);
await ask(['--single'], ['/paper.html?id=7', '/paper', '/made-up']);
JS
NO_UPDATE_CHECK=1 node ask.mjs >seen

cat >expected <<'SEEN'
serve /paper.html?id=7 -> 301 /paper
serve /paper -> 200 the paper
serve --single /paper.html?id=7 -> 301 /paper
serve --single /paper -> 200 front page
serve --single /made-up -> 200 front page
SEEN

echo "serve $(node -p 'require("./node_modules/serve/package.json").version')"
echo "Behaviour: its permanent redirects drop the query, and with --single they lead away from pages that are there."
echo "Seen (request -> status, Location or title):"
sed 's/^/  /' seen
diff -u expected seen || { echo "CHANGED: serve answers otherwise now" >&2; exit 1; }
