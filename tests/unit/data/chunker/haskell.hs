module Demo where
import Data.List
-- | A shape.
data Shape = Circle Double | Square Double
  deriving (Show)
newtype Age = Age Int
type Name = String
class HasArea a where
  area :: a -> Double
instance HasArea Shape where
  area (Circle r) = pi * r
-- | Adds.
add :: Int -> Int -> Int
add 0 y = y
add x y = x + y
main = print 1
