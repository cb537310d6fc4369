/** Codicons and icon buttons. Icons are hidden from screen readers; the button has the label. */
import type { JSX } from "preact";

export function Icon({ name, spins = false }: { name: string; spins?: boolean }): JSX.Element {
  return <span class={`codicon codicon-${name}${spins ? " codicon-modifier-spin" : ""}`} aria-hidden="true" />;
}

interface IconButtonProps {
  icon: string;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  expanded?: boolean;
  class?: string;
}

export function IconButton({
  icon,
  label,
  onClick,
  disabled,
  expanded,
  class: more = "",
}: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`icon-button ${more}`}
      aria-label={label}
      aria-expanded={expanded}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
