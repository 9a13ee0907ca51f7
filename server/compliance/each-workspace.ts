/**
 * Does something for one workspace after the other; where it fails, the others are served all the same. @returns the sum
 * @throws AggregateError at the end
 */
export async function sumOfEach(
  workspaceIds: readonly string[],
  run: (workspaceId: string) => Promise<number>,
): Promise<number> {
  const errors: unknown[] = [];
  let sum = 0;
  for (const workspaceId of workspaceIds)
    try {
      sum += await run(workspaceId);
    } catch (error) {
      errors.push(error);
    }
  if (errors.length > 0)
    throw new AggregateError(errors, `It failed in ${errors.length} of ${workspaceIds.length} workspaces.`);
  return sum;
}
