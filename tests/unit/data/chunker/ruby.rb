# frozen_string_literal: true
require "json"

MAX = 3
# A store.
class Demo::Store < Base
  LIMIT = 2
  attr_reader :x
  # Makes.
  def initialize(x) = @x = x
  def self.build(*args)
    new(*args)
  end
  def valid?; true; end
  class << self
    def go; end
  end
  def ==(other) true end
end
module Util
  def help; end
end
