pragma solidity ^0.8.0;

/// A token.
contract Token is Base {
  uint256 public constant MAX = 3;
  struct Holder { uint a; }
  enum Kind { A, B }
  event Sent(address a);
  error Refused(uint a);
  type Price is uint128;

  modifier onlyOwner() { _; }

  constructor(uint a) { }

  // Sends.
  function transfer(address to) public returns (bool) {
    return true;
  }

  receive() external payable {}
}

interface IToken { function total() external; }

library Lib { function add() internal {} }

function free(uint a) pure returns (uint) { return a; }
