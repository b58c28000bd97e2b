// Mail from outside, as a mail server hands it over.
import { connect } from 'node:net';

/** Hands lines to the desk's own mail server, one after each answer. */
export function speak(port: number, lines: string[]): Promise<void> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(5000, () => fail(new Error('the mail server does not answer')));
    socket.on('error', fail);
    socket.on('data', () => {
      const next = lines.shift();
      if (next === undefined) {
        socket.end();
        done();
      } else socket.write(`${next}\r\n`);
    });
  });
}
