module Demo
"""
    add(a, b)
Adds.
"""
function add(a::Int, b)::Int
    a + b
end
mul(a, b) = a * b
struct Point{T} <: Base
    x::T
end
mutable struct Q; y; end
abstract type Base end
macro m(x) x end
const MAX_N = 3
function Base.show(io::IO, p::Point) where T
end
end
