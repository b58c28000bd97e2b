// A server of its own with made-up tickets, for the time of a measurement.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PASSWORD = 'correct-horse-battery';
const STARTS_WITHIN = 60_000;

/** @param {number} tickets */
export async function serving(tickets) {
  const binary = resolve(process.env['ANSWERPAL_BIN'] ?? '../target/release/answerpal');
  const folder = mkdtempSync(join(tmpdir(), 'answerpal-bench-'));
  console.error(`Making ${tickets} tickets with ${binary} …`);
  const filling = ['bench-data', '--data-dir', folder, '--tickets', String(tickets), '--password', PASSWORD];
  const said = execFileSync(binary, filling, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const username = /Sign in as "([^"]+)"/.exec(said)?.[1];
  if (!username) throw new Error(`bench-data does not say whom to sign in as:\n${said}`);
  const serve = ['serve', '--listen', '127.0.0.1:0', '--data-dir', folder];
  const program = spawn(binary, serve, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((done) => program.once('exit', done));
  const stop = async () => {
    program.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = await new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error('the server does not start')), STARTS_WITHIN);
    program.once('exit', (code) => fail(new Error(`the server ended with ${code}`)));
    let text = '';
    program.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /serves (http:\/\/[\d.:]+)/.exec(text)?.[1];
      if (!found) return;
      clearTimeout(late);
      done(found);
    });
  });
  return { url, username, password: PASSWORD, stop };
}
