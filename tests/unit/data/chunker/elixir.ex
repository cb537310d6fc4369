defmodule Demo.Server do
  @moduledoc """
  Serves.
  """
  use GenServer
  @max 10

  @doc "Starts."
  @spec start(any) :: any
  def start(opts \\ []) do
    GenServer.start_link(__MODULE__, opts)
  end

  defp helper(x) when x > 1, do: x
  def helper2, do: 1
  defmacro m(x) do
    x
  end
  defstruct [:a]
end
defprotocol P do
  def f(x)
end
defimpl P, for: Integer do
  def f(x), do: x
end
