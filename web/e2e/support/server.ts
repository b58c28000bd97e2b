// The real program, on an empty folder with its demonstration data.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const STARTS_WITHIN = 60_000;

interface Started {
  url: string;
  text: string;
  stop: () => Promise<void>;
}

/** Starts a server and waits until it says where it is. */
export function start(options: string[]): Promise<Started> {
  const binary = resolve(process.env['ANSWERPAL_BIN'] ?? '../target/debug/answerpal');
  const folder = mkdtempSync(join(tmpdir(), 'answerpal-e2e-'));
  const program = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data-dir', folder, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((done) => program.once('exit', () => done()));
  const stop = async () => {
    program.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return new Promise((done, fail) => {
    let text = '';
    const late = setTimeout(() => fail(new Error(`the server does not start:\n${text}`)), STARTS_WITHIN);
    program.once('exit', (code) => fail(new Error(`the server ended with ${code}:\n${text}`)));
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const url = /serves (http:\/\/[\d.:]+)/.exec(text)?.[1];
      const isWhole = options.includes('--demo')
        ? /with the password \S+\s/.test(text)
        : /X-Setup-Code: \S+\s/.test(text);
      if (!url || !isWhole) return;
      clearTimeout(late);
      done({ url, text, stop });
    };
    program.stdout.on('data', read);
    program.stderr.on('data', read);
  });
}

export default async function setup(): Promise<() => Promise<void>> {
  const server = await start(['--demo', '--smtp-listen', '127.0.0.1:0']);
  process.env['E2E_SMTP_PORT'] = /SMTP on 127\.0\.0\.1:(\d+)/.exec(server.text)?.[1];
  process.env['E2E_URL'] = server.url;
  const [, username, password] = /as (\S+) with the password (\S+)/.exec(server.text) ?? [];
  process.env['E2E_USERNAME'] = username;
  process.env['E2E_PASSWORD'] = password;
  return server.stop;
}
