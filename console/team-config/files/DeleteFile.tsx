import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';

interface DeleteFileProps {
  path: string;
  onDelete: () => void;
  onClose: () => void;
}

export const DeleteFile = ({ path, onDelete, onClose }: DeleteFileProps) => (
  <ConfirmDialog
    isOpen
    title="Delete this file?"
    confirmLabel="Delete file"
    isDestructive
    onClose={onClose}
    onConfirm={() => {
      onDelete();
      onClose();
    }}
  >
    <p>
      <code>{path}</code> is taken out of the draft. Published versions keep it; discarding the changes brings it back
      until the draft is saved.
    </p>
  </ConfirmDialog>
);
