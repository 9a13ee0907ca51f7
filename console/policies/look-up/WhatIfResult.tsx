import { Text } from '@mantine/core';
import { TomlDiff } from '#console/ui/TomlDiff.tsx';
import { Finding } from './Finding.tsx';
import classes from './LookUp.module.css';
import type { PolicyWhatIf } from './what-if.ts';

interface WhatIfResultProps {
  result: PolicyWhatIf;
  isAsking: boolean;
}

export function WhatIfResult({ result, isAsking }: WhatIfResultProps) {
  const { changes, contentsNow, contentsThen } = result;
  const isSameText = contentsNow === contentsThen;
  return (
    <div className={classes.result} aria-busy={isAsking}>
      <Finding
        finding={result}
        title={(policy) => (changes ? <>Then they would get {policy}</> : <>Nothing would change: still {policy}</>)}
      />
      {changes && isSameText && <Text mt={12}>The text of both is the same.</Text>}
      {changes && !isSameText && (
        <div className={classes.diff}>
          <TomlDiff
            label="What would change in requirements.toml"
            before={contentsNow ?? ''}
            after={contentsThen ?? ''}
          />
        </div>
      )}
    </div>
  );
}
