// What the live stream means for what is on the screen.
import { keys } from '../api/queries';
import { queryClient } from '../api/query-client';
import { refreshTickets } from '../routes/tickets/actions';
import { follow, type LiveEvent } from './event-stream';

class Live {
  /** False while events are not coming in. */
  isConnected = $state(true);
  #stop: (() => void) | undefined;

  start(): void {
    this.#stop ??= follow({
      event: (event) => this.#heard(event),
      gap: () => void queryClient.invalidateQueries(),
      connected: (isConnected) => {
        this.isConnected = isConnected;
      },
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #heard(event: LiveEvent): void {
    refreshTickets();
    if (event.ticketID) void queryClient.invalidateQueries({ queryKey: keys.messages(event.ticketID) });
    if (event.messageID) {
      void queryClient.invalidateQueries({ queryKey: keys.message(event.messageID) });
      void queryClient.invalidateQueries({ queryKey: keys.attachments(event.messageID) });
    }
  }
}

export const live = new Live();
