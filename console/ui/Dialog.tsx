import { Modal, type ModalProps } from '@mantine/core';
import { useEffect } from 'react';

/** A modal that gives the focus back to what opened it, also when it is taken out of the page instead of closed. */
export function Dialog(props: ModalProps) {
  const { opened } = props;
  useEffect(() => {
    if (!opened) return;
    const opener = document.activeElement;
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, [opened]);
  return <Modal {...props} returnFocus={false} />;
}
