/** Catches slips, not more: whether an address exists only its owner knows. */
export function emailProblem(email: string): 'empty' | 'invalid' | null {
  const trimmed = email.trim();
  if (trimmed === '') return 'empty';
  return /^[^\s@]+@[^\s@]+$/.test(trimmed) ? null : 'invalid';
}
