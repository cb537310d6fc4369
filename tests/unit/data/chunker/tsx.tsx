export function Panel({ title }: Props): JSX.Element {
  const onClick = useCallback(() => {
    close();
  }, []);
  return <div onClick={onClick}>{title}</div>;
}
export const Row = forwardRef<HTMLDivElement, Props>((props, ref) => <div ref={ref} />);
