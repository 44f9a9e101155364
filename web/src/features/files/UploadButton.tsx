import type { ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { Button } from '../../ui/Button';

interface UploadButtonProps {
  label: string;
  icon: ReactNode;
  look?: 'primary' | 'secondary';
  isDisabled: boolean;
  onUpload: (files: readonly File[]) => void;
}

export function UploadButton({ label, icon, look = 'secondary', isDisabled, onUpload }: UploadButtonProps) {
  return (
    <FileTrigger allowsMultiple onSelect={(files) => onUpload([...(files ?? [])])}>
      <Button look={look} icon={icon} isDisabled={isDisabled}>
        {label}
      </Button>
    </FileTrigger>
  );
}
