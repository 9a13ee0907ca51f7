import { Outlet } from '@tanstack/react-router';
import { StepUpDialog } from '#console/second-factor/StepUpDialog.tsx';

/** Around the pages with one task. */
export function Focused() {
  return (
    <>
      <Outlet />
      <StepUpDialog />
    </>
  );
}
