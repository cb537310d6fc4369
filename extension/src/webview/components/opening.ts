/** Event handlers for buttons that open a location. With Alt, a click or Enter opens it to the side. */

interface OpenHandlers {
  onClick: (event: MouseEvent) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

export function openHandlers(open: (beside: boolean) => void): OpenHandlers {
  return {
    onClick: (event) => open(event.altKey),
    onKeyDown: (event) => {
      // With Alt held down, Enter does not trigger a click.
      if (event.key !== "Enter" || !event.altKey) return;
      event.preventDefault();
      open(true);
    },
  };
}
