import { notifications } from '@mantine/notifications';
import { describeFailure } from '#console/failure.ts';

/** Tells what was done. Read out by screen readers. */
export function showDone(message: string): void {
  notifications.show({ message, withBorder: true, autoClose: 6000 });
}

/** For failures that have no place on the page. Stays until closed. */
export function showFailure(what: string, error: unknown): void {
  const { message, next, reference } = describeFailure(error);
  const text = [message, next, reference && `Reference: ${reference}`].filter(Boolean).join(' ');
  notifications.show({ title: what, message: text, color: 'red', withBorder: true, autoClose: false });
}
