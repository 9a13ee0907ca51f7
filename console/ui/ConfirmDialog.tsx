import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog } from '#console/ui/Dialog.tsx';

interface ConfirmDialogProps {
  title: string;
  /** What happens to whom, and whether it can be undone. */
  children: ReactNode;
  /** A verb and its object: "Remove member". */
  confirmLabel: string;
  /** When set, this must be typed before the button works. */
  typeToConfirm?: string | undefined;
  isDestructive?: boolean;
  isBusy?: boolean;
  /** False while something in the dialog has to be chosen or seen first. */
  isReady?: boolean;
  size?: 'md' | 'lg' | 'xl';
  isOpen: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const {
    title,
    children,
    confirmLabel,
    typeToConfirm,
    isDestructive = false,
    isBusy = false,
    isReady = true,
    size = 'md',
    isOpen,
    onConfirm,
    onClose,
  } = props;
  const [typed, setTyped] = useState('');
  const mayConfirm = isReady && (typeToConfirm === undefined || typed.trim() === typeToConfirm);
  // Whoever leaves while it is being done would not see how it ended, nor a secret that is shown once.
  const close = () => {
    if (isBusy) return;
    setTyped('');
    onClose();
  };
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    if (mayConfirm) onConfirm();
  };
  return (
    <Dialog opened={isOpen} size={size} onClose={close} title={title} closeOnClickOutside={!isBusy}>
      <form onSubmit={confirm}>
        <Stack gap="md">
          {children}
          {typeToConfirm !== undefined && (
            <TextInput
              label={
                <>
                  Type <code>{typeToConfirm}</code> to confirm
                </>
              }
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              data-autofocus
            />
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={close} disabled={isBusy}>
              Cancel
            </Button>
            <Button type="submit" {...(isDestructive && { color: 'red' })} loading={isBusy} disabled={!mayConfirm}>
              {confirmLabel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
